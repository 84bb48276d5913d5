"""SMTP servers in the test process: one that stores emails and gives the answers of a test, and one that is silent."""

import socket
from contextlib import suppress
from email import message_from_bytes, policy
from email.utils import parseaddr

from aiosmtpd.controller import Controller

from .postgres import free_port

HANGS_UP = "hangs up"


class MailServer:
    """An SMTP server on 127.0.0.1 at ``port``.

    `messages` are the accepted emails in order, each an `EmailMessage`, and `contents` their bytes. `answers` maps the
    email address of a sender or recipient to the answer it gets, such as "550 Who?". `to_data` lists the answers to
    the next emails, or `HANGS_UP` to close the connection instead. `connections` counts the connections.
    """

    def __init__(self):
        self.port = free_port()
        self.messages, self.contents, self.answers, self.to_data, self.connections = [], [], {}, [], 0
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
            self.contents.append(envelope.content)
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer


class SilentServer:
    """Lets clients connect to 127.0.0.1 at `port`, and says nothing."""

    def __enter__(self):
        self.socket, self.accepted = socket.create_server(("127.0.0.1", 0)), []
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        return self

    @property
    def connections(self):
        """The number of connections so far."""
        with suppress(BlockingIOError):
            while True:
                self.accepted.append(self.socket.accept()[0])
        return len(self.accepted)

    def __exit__(self, *error):
        for connection in (*self.accepted, self.socket):
            connection.close()


def text_of(message):
    """Return the plain text of an email."""
    return _part(message, "plain")


def html_of(message):
    """Return the HTML of an email."""
    return _part(message, "html")


def _part(message, kind):
    return message.get_body([kind]).get_content().replace("\r\n", "\n")
