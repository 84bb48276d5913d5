"""The mail server is down while people sign up for alerts, and comes back."""

from time import monotonic, sleep

from ..mail_server import MailServer
from . import site
from .load import client_headers
from .report import Bar, Row

PERSONS = 5
MIN_SECONDS = 3  # a form submitted faster counts as a bot's


def rows(case):
    mail = MailServer()
    for engine, url in case.engines():
        values = {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}"}
        addresses = [f"{engine.lower()}{number}@example.com" for number in range(PERSONS)]
        with site.serving(url, **values) as server:
            forms = [open_form(server, number) for number in range(PERSONS)]
            sleep(MIN_SECONDS)
            answers = [send(server, *form, address) for form, address in zip(forms, addresses, strict=True)]
            down = site.command("send_mail", "--once", DATABASE_URL=url, **values)
            mail.start()
            try:
                back = site.command("send_mail", "--once", DATABASE_URL=url, **values)
                again = site.command("send_mail", "--once", DATABASE_URL=url, **values)
            finally:
                mail.stop()
        reports_problem = down.returncode == 1 and "mail server" in down.stderr
        received = [len(mail.to(address)) for address in addresses]
        yield Row(
            f"no mail server while {PERSONS} people sign up, {engine}",
            {"s for a response at most": max(took for _, took, _ in answers), "messages sent later": sum(received)},
            [
                Bar("responses other than 200", sum(status != 200 for status, _, _ in answers), 0),
                Bar("pages that do not mention the email", sum(not mentioned for *_, mentioned in answers), 0),
                Bar("runs that do not report the problem", not reports_problem, 0),
                Bar("runs that fail with the mail server back", back.returncode + again.returncode, 0),
                Bar("people without exactly one message", sum(number != 1 for number in received), 0),
            ],
        )


def open_form(server, number):
    """Open the signup form as a new visitor. Return ``(headers, form)``."""
    headers = client_headers(number)
    _, received, text = site.ask(server, "GET", "/alerts/new/", headers)
    return headers | {"Cookie": received["Set-Cookie"].partition(";")[0]}, site.form_in(text)


def send(server, headers, form, address):
    """Submit the form. Return ``(status, seconds, whether the page shows the email address)``."""
    body, kind = site.encoded(form | {"email": address}, {})
    began = monotonic()
    status, _, text = site.ask(server, "POST", "/alerts/new/", headers | {"Content-Type": kind}, body)
    return status, monotonic() - began, address in text
