"""Receivers of letters: a mail server that answers as told, and one that takes webhooks."""

import socket
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

import httpx
from aiosmtpd.controller import Controller
from standardwebhooks import Webhook

SECRET = "whsec_" + "c2VjcmV0" * 4


class Mailbox:
    """What a mail server took; `answers` are its next words after a letter."""

    def __init__(self):
        self.letters, self.answers, self.refused = [], [], set()
        self.texts = []
        self.unknown, self.senders = set(), []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: ARG002, N802
        if address in self.unknown:
            return f"450 4.1.2 {address}: no such domain, for now"
        if address in self.refused:
            return f"550 5.1.1 {address} is unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, mail_options):  # noqa: ARG002, N802
        if self.senders:
            return self.senders.pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith(("4", "5")):
            return answer
        self.texts.append(envelope.content)
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        if answer == "gone":
            server.transport.abort()
        return answer


def _free_port():
    """The controller asks its own port whether it has started, so it must know it before."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def mail_server(**said):
    """Give a real server on loopback and what it took."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=_free_port(), **said)
    server.start()
    try:
        yield f"smtp://127.0.0.1:{server.port}", box
    finally:
        server.stop()


class Hooks(httpx.BaseTransport):
    """Takes webhooks as the convention says; `faults` lose the answers of the next ones."""

    def __init__(self):
        self.taken, self.seen, self.faults = {}, [], []

    def handle_request(self, request):
        request.read()
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "lose before":
            raise httpx.ReadTimeout(fault, request=request)
        if fault.isdigit():
            return httpx.Response(int(fault))
        content = Webhook(SECRET).verify(request.content, dict(request.headers))
        own = request.headers["webhook-id"]
        self.seen.append(own)
        self.taken.setdefault(own, content)
        if fault == "lose after":
            raise httpx.ReadTimeout(fault, request=request)
        return httpx.Response(204)
