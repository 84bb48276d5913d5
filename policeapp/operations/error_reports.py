"""Error reports to the service in ``ERROR_REPORTS_DSN``, such as Sentry or GlitchTip.

This module is imported only if the setting has a value. A report contains the error, its place in the code,
and only those parts of the request that are also in the logs.
"""

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration

from .logs import redact, request_id


def fields(names):
    return {name: {} for name in names.split()}


# The only fields of a report. Local variables, source lines, arguments of log messages, the user, headers, the server's
# environment and the other data that the library collects can contain private data.
ALLOWED = fields("event_id timestamp platform level logger transaction release") | {
    "sdk": fields("name version"),
    "request": fields("method url"),
    "logentry": fields("message formatted"),
    "exception": {
        "values": fields("type module value")
        | {"stacktrace": {"frames": fields("filename function module lineno in_app")}},
    },
}


def start(dsn):
    """Report exceptions and logged errors from now on."""
    sentry_sdk.init(
        dsn,
        before_send=redact_event,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
    )


def redact_event(event, hint):
    """Return the event with only the allowed fields and redacted text."""
    return keep_allowed(event, ALLOWED) | {"tags": {"request_id": request_id.get()}}


def keep_allowed(value, names):
    """Return the value with only these fields, at every level, and with redacted text.

    Only the first line of each text stays, because databases quote the values of rows in the following lines.
    """
    if isinstance(value, dict):
        return {name: keep_allowed(value[name], inner) for name, inner in names.items() if name in value}
    if isinstance(value, (list, tuple)):
        return [keep_allowed(part, names) for part in value]
    return redact(value.partition("\n")[0]) if isinstance(value, str) else value
