"""A password service for Postfix, speaking Dovecot's authentication protocol (version 1.2) on a loopback port."""

from __future__ import annotations

import base64
import socketserver
import threading

GREETING = (
    "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n"
)


class Logins(socketserver.ThreadingTCPServer):
    """Knows one name and one password; notes the mechanism of each try."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, name, password):
        self.name, self.password = name, password
        self.tries = []
        super().__init__(("127.0.0.1", 0), _Talk)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    def verdict(self, number, mechanism, name, password):
        good = (name, password) == (self.name, self.password)
        self.tries.append((mechanism, good))
        return f"OK\t{number}\tuser={name}\n" if good else f"FAIL\t{number}\tuser={name}\n"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(GREETING.encode())
        names = {}
        for raw in self.rfile:
            word, *rest = raw.decode().rstrip("\n").split("\t")
            if word not in {"AUTH", "CONT"}:
                continue
            number, said = rest[0], _said(word, rest)
            if word == "AUTH" and rest[1].upper() == "PLAIN":
                _, name, password = said.split("\0")
                answer = self.server.verdict(number, "PLAIN", name, password)
            elif word == "AUTH" and not said:
                answer = _ask(number, "Username:")
            elif number not in names:
                names[number] = said
                answer = _ask(number, "Password:")
            else:
                answer = self.server.verdict(number, "LOGIN", names.pop(number), said)
            self.wfile.write(answer.encode())


def _said(word, rest):
    if word == "CONT":
        return base64.b64decode(rest[1]).decode()
    return next((base64.b64decode(part.removeprefix("resp=")).decode() for part in rest if part.startswith("resp=")), "")


def _ask(number, what):
    return f"CONT\t{number}\t{base64.b64encode(what.encode()).decode()}\n"
