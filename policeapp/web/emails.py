"""Emails about accounts and departments' pages. They go into the outbox of job alerts, whose worker sends them."""

from django.conf import settings
from django.template.loader import render_to_string

MAX_SUBJECT_LENGTH = 150  # characters

# The function of (recipient, subject, text, html) that puts an email into the outbox. `jobs` sets it in
# AppConfig.ready().
put_in_outbox = None


def send(recipient, subject, template, context):
    """Put an email into the outbox. ``template`` is the path of its two templates without ".txt" and ".html"."""
    context = {"site": settings.SITE_URL} | context
    text, html = (render_to_string(f"{template}.{extension}", context) for extension in ("txt", "html"))
    put_in_outbox(recipient, printable_line(subject)[:MAX_SUBJECT_LENGTH], text, html)


def printable_line(text):
    """Return the text on one line without unprintable characters, so that it cannot add a header."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
