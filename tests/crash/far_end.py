"""The far end of the mail: takes letters, notes each one's recipient and delivery, and breaks connections where it likes."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections import Counter
from typing import TYPE_CHECKING

from duologue.engage.channels.email.addresses import read_address

if TYPE_CHECKING:
    import random

ADDRESS = re.compile(rb"<(.*)>")


class FarEnd:
    """An SMTP server. Of so many letters in a hundred it breaks the connection: in the envelope, amid the text, or in place of an answer.

    `got` counts (recipient, delivery) of those it has wholly, `answered` those that it said so of, `broken` how often it broke where.
    """

    def __init__(self, chance: random.Random, in_a_hundred: float) -> None:
        self._chance = chance
        self._breaks = in_a_hundred / 100
        self.got: Counter[tuple[str, int]] = Counter()
        self.answered: Counter[tuple[str, int]] = Counter()
        self.broken: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer, peer.makefile("rb") as file:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer.sendall(b"220 hi\r\n")
            delivery, recipient = 0, ""
            while line := file.readline():
                word = line[:4].upper()
                if word == b"EHLO":
                    peer.sendall(b"250-hi\r\n250 PIPELINING\r\n")
                elif word == b"MAIL":
                    delivery = read_address(ADDRESS.search(line)[1].decode()).delivery.delivery_id
                    peer.sendall(b"250 ok\r\n")
                elif word == b"RCPT":
                    if self._breaks_off("in the envelope"):
                        return
                    recipient = ADDRESS.search(line)[1].decode()
                    peer.sendall(b"250 ok\r\n")
                elif word == b"DATA":
                    peer.sendall(b"354 go\r\n")
                    if self._breaks_off("amid the text"):
                        file.readline()
                        return
                    while (text := file.readline()) != b".\r\n":
                        if not text:
                            return
                    self._note(self.got, recipient, delivery)
                    if self._breaks_off("in place of an answer"):
                        return
                    peer.sendall(b"250 2.0.0 ok\r\n")
                    self._note(self.answered, recipient, delivery)
                else:
                    peer.sendall(b"250 ok\r\n")

    def _breaks_off(self, where: str) -> bool:
        with self._lock:
            is_broken = self._chance.random() < self._breaks
            self.broken[where] += is_broken
            return is_broken

    def _note(self, counts: Counter[tuple[str, int]], recipient: str, delivery: int) -> None:
        with self._lock:
            counts[recipient, delivery] += 1
