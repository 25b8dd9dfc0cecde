import asyncio
import socket
import threading
from collections import Counter

import pytest
from aiosmtpd.controller import Controller


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Misbehaving:
    """An aiosmtpd handler that answers by the recipient's local part: ok, later, never, full, drop, closing."""

    def __init__(self):
        self.got = []
        self.tries = Counter()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        what = address.split("@")[0].split("-")[0]
        self.tries[what] += 1
        if what == "later":
            return "451 4.7.1 Greylisted, try again"
        if what == "never":
            return "550 5.1.1 No such user"
        if what == "plain":
            return "550 No such user"
        if what == "policy":
            return "550 Blocked by policy"
        if what == "closing":
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        what = envelope.rcpt_tos[0].split("@")[0].split("-")[0]
        if what == "full":
            return "552 5.2.2 Mailbox full"
        if what == "drop":
            server.transport.close()
            return "250 never seen"
        if what == "slow":
            await asyncio.sleep(3)
        self.got.append((envelope.mail_from, envelope.rcpt_tos[0], bytes(envelope.original_content)))
        return "250 2.0.0 Taken"


@pytest.fixture
def server():
    """A real SMTP server on the loopback, in its own thread."""
    handler = Misbehaving()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture
def line_server():
    """A server that says what it is told to, line by line: line_server([b"220 hi", …]) answers each line it reads with the next."""
    started = []

    def start(talk):
        listener = socket.create_server(("127.0.0.1", 0))

        def serve():
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(peer,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        started.append(listener)
        return listener.getsockname()[1]

    yield start
    for listener in started:
        listener.close()
