"""System checks of email alerts."""

from django.conf import settings
from django.core import mail
from django.core.checks import Error, Warning
from django.db import Error as DatabaseError

from .alerts import outbox


def check_mail(app_configs, **kwargs):
    """Check that the mail server accepts a connection. This sends no email."""
    if not settings.SENDS_EMAIL:
        return [Warning("The site sends no email.", hint="Set EMAIL_URL for alerts.", id="jobs.W001")]
    try:
        with mail.get_connection():
            return []
    except OSError as error:  # includes smtplib's errors
        return [Error(f"Cannot connect to the mail server: {error}", hint="Check EMAIL_URL.", id="jobs.E001")]


def check_alerts(app_configs, databases=None, **kwargs):
    """Check that the mail worker runs, and that its last run had no problem."""
    if "default" not in (databases or ()):
        return []
    try:
        run = outbox.last_run()
        overdue = outbox.is_overdue(run)
    except DatabaseError:
        return []  # policeapp.E001 or E002 reports it
    messages = []
    if overdue:
        hint = "Run manage.py send_mail all the time, as a service."
        messages.append(
            Error("No email has been sent for an hour, although alerts or messages wait.", hint=hint, id="jobs.E002")
        )
    if run and run.problem:
        text, hint = f"The last send_mail failed: {run.problem}", "Check EMAIL_URL and the mail server."
        messages.append(Warning(text, hint=hint, id="jobs.W002"))
    return messages
