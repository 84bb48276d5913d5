"""An SMTP server in the test process that stores accepted emails and gives the answers that a test sets."""

from email import message_from_bytes, policy
from email.utils import parseaddr

from aiosmtpd.controller import Controller

from .postgres import free_port

HANGS_UP = "hangs up"


class MailServer:
    """An SMTP server on 127.0.0.1 at ``port``.

    `messages` are the accepted emails in order, each an `EmailMessage`. `answers` maps the email address of a sender or
    recipient to the answer it gets, such as "550 Who?". `to_data` lists the answers to the next emails, or `HANGS_UP`
    to close the connection instead. `connections` counts the connections.
    """

    def __init__(self):
        self.port = free_port()
        self.messages, self.answers, self.to_data, self.connections = [], {}, [], 0
        self.controller = None

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def to(self, address):
        """Return the emails to this email address."""
        return [message for message in self.messages if parseaddr(message["To"])[1] == address]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self.to_data.pop(0) if self.to_data else "250 OK"
        if answer == HANGS_UP:
            server.transport.abort()
        elif answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer


def text_of(message):
    """Return the plain text of an email."""
    return _part(message, "plain")


def html_of(message):
    """Return the HTML of an email."""
    return _part(message, "html")


def _part(message, kind):
    return message.get_body([kind]).get_content().replace("\r\n", "\n")
