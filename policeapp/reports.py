"""Reports of failures to the service that ``ERROR_REPORTS_DSN`` names, such as Sentry or GlitchTip.

Imported only where it is set. A report says what went wrong and where in the code, and of the request no more than the
logs do.
"""

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration

from .logs import redact, request_id

# What a report may have besides its request; not the user, the server's own variables or what led to it.
PARTS = (
    "event_id",
    "timestamp",
    "platform",
    "level",
    "logger",
    "transaction",
    "exception",
    "logentry",
    "release",
    "sdk",
)


def start(dsn):
    """From now on, failures and errors in the log are reported."""
    sentry_sdk.init(
        dsn,
        before_send=private,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
    )


def private(event, hint):
    """The event without whatever a log may not have."""
    asked = event.get("request", {})
    kept = {name: event[name] for name in PARTS if name in event}
    kept["request"] = {name: asked[name] for name in ("method", "url") if name in asked}
    return redacted(kept) | {"tags": {"request_id": request_id.get()}}


def redacted(value):
    """All text in lists and dicts, redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: redacted(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(part) for part in value]
    return value
