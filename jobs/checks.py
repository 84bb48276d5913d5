"""System checks of the e-mail alerts."""

from django.conf import settings
from django.core import mail
from django.core.checks import Error, Warning
from django.db import Error as DatabaseError

from .alerts import outbox


def check_mail(app_configs, **kwargs):
    """The mail server lets us in; nothing is sent."""
    if not settings.SENDS_EMAIL:
        return [Warning("No e-mail is sent.", hint="Set SITE_URL and EMAIL_URL for alerts.", id="jobs.W001")]
    try:
        with mail.get_connection():
            return []
    except OSError as problem:  # smtplib's errors are such too
        return [Error(f"The mail server refuses us: {problem}", hint="Check EMAIL_URL.", id="jobs.E001")]


def check_alerts(app_configs, databases=None, **kwargs):
    """Alerts are being sent, and the last run sent all of them."""
    if "default" not in (databases or ()):
        return []
    try:
        run = outbox.last_run()
        overdue = outbox.is_overdue(run)
    except DatabaseError:
        return []  # policeapp.E001 or E002 says so
    found = []
    if overdue:
        hint = "Let a timer run manage.py send_alerts every ten minutes."
        found.append(Error("No alerts have been sent for a day.", hint=hint, id="jobs.E002"))
    if run and run.problem:
        text, hint = f"The last send_alerts failed: {run.problem}", "Check EMAIL_URL and the mail server."
        found.append(Warning(text, hint=hint, id="jobs.W002"))
    return found
