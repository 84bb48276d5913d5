"""The mail server is away while people sign up for alerts, and comes back."""

from time import monotonic, sleep

from ..mail_server import MailServer
from . import site
from .load import someone
from .report import Bar, Row

PERSONS = 5
QUICKEST = 3  # seconds, in which only machines send the form


def rows(case):
    mail = MailServer()
    for engine, url in case.engines():
        values = {"SITE_URL": "https://police.example.org", "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}"}
        addresses = [f"{engine.lower()}{number}@example.com" for number in range(PERSONS)]
        with site.serving(url, **values) as server:
            forms = [open_form(server, number) for number in range(PERSONS)]
            sleep(QUICKEST)
            answers = [send(server, *form, address) for form, address in zip(forms, addresses, strict=True)]
            away = site.command("send_alerts", DATABASE_URL=url, **values)
            mail.start()
            try:
                back = site.command("send_alerts", DATABASE_URL=url, **values)
                again = site.command("send_alerts", DATABASE_URL=url, **values)
            finally:
                mail.stop()
        says_so = away.returncode == 1 and "mail server" in away.stderr
        received = [len(mail.to(address)) for address in addresses]
        yield Row(
            f"no mail server while {PERSONS} people sign up, {engine}",
            {"s for an answer at most": max(took for _, took, _ in answers), "messages sent later": sum(received)},
            [
                Bar("answers other than 200", sum(status != 200 for status, _, _ in answers), 0),
                Bar("people who are not told to look for a message", sum(not told for *_, told in answers), 0),
                Bar("runs that say nothing of what waits", not says_so, 0),
                Bar("runs that fail when it is back", back.returncode + again.returncode, 0),
                Bar("people without exactly one message", sum(number != 1 for number in received), 0),
            ],
        )


def open_form(server, number):
    """``(headers, form)`` of one of the people."""
    headers = someone(number)
    _, received, text = site.ask(server, "GET", "/alerts/new/", headers)
    return headers | {"Cookie": received["Set-Cookie"].partition(";")[0]}, site.form_in(text)


def send(server, headers, form, address):
    """``(status, seconds, whether the page says that a message is on its way)``."""
    body, kind = site.encoded(form | {"email": address}, {})
    begun = monotonic()
    status, _, text = site.ask(server, "POST", "/alerts/new/", headers | {"Content-Type": kind}, body)
    return status, monotonic() - begun, address in text
