"""One SMTP connection: greeting, TLS, login, then one letter after the other, pipelined where the server allows (RFC 5321, 2920)."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from duologue.engage.channels import journal
from duologue.engage.channels.protocol import Outcome

if TYPE_CHECKING:
    from duologue.engage.channels.email.mime import Mail

ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
BROKEN: Final = (ConnectionError, asyncio.IncompleteReadError, asyncio.TimeoutError, TimeoutError, OSError, EOFError)
LONGEST_LINE = 8192


@dataclass(slots=True, frozen=True)
class Way:
    """How to reach a relay. `security`: none, starttls or tls; `ca`: the PEM of the only authority whose certificate counts.

    Two ways that are equal share their connections.
    """

    host: str
    port: int
    security: str = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True
    ca: str = field(default="", repr=False)
    hello: str = "localhost"
    connect_within: float = 10.0
    reply_within: float = 60.0


@dataclass(slots=True, frozen=True)
class Reply:
    """A server's reply: its code and its text on one line."""

    code: int
    text: str

    @property
    def is_good(self) -> bool:
        return 200 <= self.code < 400

    @property
    def short(self) -> str:
        """The enhanced status code (RFC 3463) where there is one, else the plain one."""
        found = ENHANCED.match(self.text)
        return found[1] if found else str(self.code)


class RelayTrouble(Exception):
    """The relay cannot be used now: not reached, no TLS, no login, or it closes down. No letter is to blame."""


class Connection:
    """A connection that is ready for letters. Used by one task at a time."""

    def __init__(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._way = way
        self._reader = reader
        self._writer = writer
        self._features: dict[str, str] = {}
        self.sent = 0
        self.is_usable = True

    @classmethod
    async def open(cls, way: Way) -> Connection:
        """Connect, secure, log in. Raises RelayTrouble with a sentence."""
        context = _tls(way) if way.security != "none" else None
        try:
            async with asyncio.timeout(way.connect_within):
                reader, writer = await asyncio.open_connection(
                    way.host, way.port, ssl=context if way.security == "tls" else None, limit=LONGEST_LINE
                )
        except ssl.SSLError as error:
            raise RelayTrouble(_in_words(way, error)) from None
        except BROKEN as error:
            raise RelayTrouble(f"{way.host}:{way.port} cannot be reached: {error or type(error).__name__}.") from None
        connection = cls(way, reader, writer)
        try:
            await connection._begin(context)
        except BROKEN as error:
            connection.drop()
            raise RelayTrouble(f"{way.host} closed the connection while greeting: {error or type(error).__name__}.") from None
        except RelayTrouble:
            connection.drop()
            raise
        return connection

    async def send(self, mail: Mail) -> Outcome:
        """Hand one letter over. Raises RelayTrouble where nothing of it was taken and the connection is of no more use."""
        letter = mail.letter
        more = ""
        if not letter.recipient.isascii():
            if "SMTPUTF8" not in self._features:
                said = f"{self._way.host} takes no addresses beyond ASCII (SMTPUTF8)."
                return Outcome(letter.delivery, "failed", code="5.6.7", text=said)
            more = " BODY=8BITMIME SMTPUTF8"
        envelope = f"MAIL FROM:<{mail.return_path}>{more}\r\n", f"RCPT TO:<{letter.recipient}>\r\n", "DATA\r\n"
        try:
            refused = await self._envelope(envelope)
        except BROKEN as error:
            self.drop()
            raise RelayTrouble(f"{self._way.host} closed the connection: {error or type(error).__name__}.") from None
        if refused is not None:
            return self._refusal(letter.delivery, refused)
        journal.dot_written([(letter.delivery, letter.attempt)])
        try:
            self._writer.write(stuffed(mail.content) + b".\r\n")
            await self._drain()
            reply = await self._reply()
        except BROKEN as error:
            self.drop()
            return Outcome(
                letter.delivery,
                "uncertain",
                code="no_reply",
                text=f"The connection broke before the reply: {error or type(error).__name__}.",
            )
        outcome = (
            Outcome(letter.delivery, "accepted", code=reply.short, text=reply.text)
            if reply.is_good
            else self._refusal(letter.delivery, reply)
        )
        journal.reply_read(letter.delivery, letter.attempt, outcome.kind, outcome.code)
        self.sent += 1
        return outcome

    async def quit(self) -> None:
        """Say goodbye and close."""
        try:
            self._writer.write(b"QUIT\r\n")
            async with asyncio.timeout(2):
                await self._reply()
        except BROKEN:
            pass
        self.drop()

    def drop(self) -> None:
        """Close without a word."""
        self.is_usable = False
        self._writer.close()

    async def _envelope(self, lines: tuple[str, str, str]) -> Reply | None:
        """Go as far as the server's 354; return the reply that refused the letter, if one did."""
        if "PIPELINING" in self._features:
            self._writer.write("".join(lines).encode())
            replies = [await self._reply() for _ in lines]
        else:
            replies = []
            for line in lines:
                self._writer.write(line.encode())
                replies.append(await self._reply())
                if not replies[-1].is_good:
                    break
        refused = next((reply for reply in replies if not reply.is_good), None)
        if refused is None:
            return None
        if len(replies) == len(lines) and replies[-1].code == 354:  # it refused the recipient and yet waits for a text
            self._writer.write(b".\r\n")
            await self._reply()
        if self.is_usable and refused.code != 421:
            self._writer.write(b"RSET\r\n")
            await self._reply()
        return refused

    def _refusal(self, delivery: int, reply: Reply) -> Outcome:
        if reply.code == 421:
            self.drop()
        kind = "failed" if reply.code >= 500 else "deferred"
        return Outcome(delivery, kind, code=reply.short, text=reply.text)  # type: ignore[arg-type]

    async def _begin(self, context: ssl.SSLContext | None) -> None:
        greeting = await self._reply()
        if greeting.code != 220:
            raise RelayTrouble(f"{self._way.host} refused: {greeting.code} {greeting.text}")
        await self._hello()
        if self._way.security == "starttls":
            await self._start_tls(context)
        if self._way.username:
            await self._log_in()

    async def _start_tls(self, context: ssl.SSLContext | None) -> None:
        if "STARTTLS" not in self._features:
            raise RelayTrouble(f"{self._way.host} offers no STARTTLS; set security to tls, or to none for a relay you trust.")
        reply = await self._command("STARTTLS")
        if reply.code != 220 or self._reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001 - nothing said before TLS may count after it
            raise RelayTrouble(f"{self._way.host} refused STARTTLS: {reply.code} {reply.text}")
        try:
            await self._writer.start_tls(context, server_hostname=self._way.host)  # type: ignore[arg-type]
        except ssl.SSLError as error:
            raise RelayTrouble(_in_words(self._way, error)) from None
        await self._hello()

    async def _hello(self) -> None:
        reply = await self._command(f"EHLO {self._way.hello}", keep_lines=True)
        if reply.code != 250:
            reply = await self._command(f"HELO {self._way.hello}")
            if reply.code != 250:
                raise RelayTrouble(f"{self._way.host} refused the greeting: {reply.code} {reply.text}")
            self._features = {}
            return
        words = [line.split(" ", 1) for line in reply.text.split("\n")[1:]]
        self._features = {word[0].upper(): (word[1] if len(word) > 1 else "") for word in words if word[0]}

    async def _log_in(self) -> None:
        offered = self._features.get("AUTH", "").upper().split()
        if self._way.security == "none" and self._way.host not in {"localhost", "127.0.0.1", "::1"}:
            raise RelayTrouble(f"The password for {self._way.host} is not sent without TLS.")
        name, password = self._way.username, self._way.password
        if "PLAIN" in offered or not offered:
            reply = await self._command(f"AUTH PLAIN {_base64(f'{chr(0)}{name}{chr(0)}{password}')}")
        elif "LOGIN" in offered:
            reply = await self._command("AUTH LOGIN")
            for part in (name, password):
                if reply.code == 334:
                    reply = await self._command(_base64(part))
        else:
            raise RelayTrouble(f"{self._way.host} offers no way to log in that is known here: {' '.join(offered)}.")
        if reply.code != 235:
            raise RelayTrouble(f"{self._way.host} refused the login: {reply.code} {reply.text}")

    async def _command(self, line: str, *, keep_lines: bool = False) -> Reply:
        self._writer.write(f"{line}\r\n".encode())
        return await self._reply(keep_lines=keep_lines)

    async def _reply(self, *, keep_lines: bool = False) -> Reply:
        texts: list[str] = []
        async with asyncio.timeout(self._way.reply_within):
            while True:
                raw = await self._reader.readline()
                if not raw.endswith(b"\n"):
                    raise ConnectionResetError("closed by the server")
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                if len(line) < 3 or not line[:3].isdigit():
                    raise ConnectionAbortedError("no SMTP reply")
                texts.append(line[4:])
                if line[3:4] != "-":
                    return Reply(int(line[:3]), ("\n" if keep_lines else " ").join(texts))

    async def _drain(self) -> None:
        async with asyncio.timeout(self._way.reply_within):
            await self._writer.drain()


def stuffed(content: bytes) -> bytes:
    """Double the dots that begin a line (RFC 5321 4.5.2)."""
    if content.startswith(b"."):
        content = b"." + content
    return content.replace(b"\r\n.", b"\r\n..") if b"\r\n." in content else content


def _in_words(way: Way, error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return f"The certificate of {way.host} is not trusted: {why}. Name its authority as ca, or turn verify off."
    return f"TLS with {way.host} failed: {error.reason or error}. Is security {way.security} right for port {way.port}?"


def _tls(way: Way) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=way.ca or None)
    if not way.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
