"""Reports of failures to the service that ``ERROR_REPORTS_DSN`` names, such as Sentry or GlitchTip.

Imported only where it is set. A report says what went wrong and where in the code, and of the request no more than the
logs do.
"""

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration

from .logs import redact, request_id


def leaves(names):
    return {name: {} for name in names.split()}


# All that a report may have. Variables, lines of source, arguments of log messages, the user, headers, the server's
# environment and whatever else the library collects carry values that people have sent.
ALLOWED = leaves("event_id timestamp platform level logger transaction release") | {
    "sdk": leaves("name version"),
    "request": leaves("method url"),
    "logentry": leaves("message formatted"),
    "exception": {
        "values": leaves("type module value")
        | {"stacktrace": {"frames": leaves("filename function module lineno in_app")}},
    },
}


def start(dsn):
    """From now on, failures and errors in the log are reported."""
    sentry_sdk.init(
        dsn,
        before_send=private,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
    )


def private(event, hint):
    """The event without whatever a log may not have."""
    return allowed(event, ALLOWED) | {"tags": {"request_id": request_id.get()}}


def allowed(value, names):
    """The value with these names alone, at every level. Text is redacted and ends with its first line: in the others
    of a message, databases quote the values of rows."""
    if isinstance(value, dict):
        return {name: allowed(value[name], inner) for name, inner in names.items() if name in value}
    if isinstance(value, (list, tuple)):
        return [allowed(part, names) for part in value]
    return redact(value.partition("\n")[0]) if isinstance(value, str) else value
