"""One SMTP connection: greeting, TLS, login, then one letter after the other, pipelined where the server allows (RFC 5321, 2920)."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from duologue.engage.channels import journal
from duologue.engage.channels.email.incoming.status import is_nobodys
from duologue.engage.channels.email.replies import Replies, Reply, Talk
from duologue.engage.channels.protocol import NOBODYS, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.engage.channels.email.mime import Mail

BROKEN: Final = OSError  # also a reply that takes too long, and a line that is no reply
NO_MAILBOX: Final = 550


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


class RelayTrouble(Exception):
    """The relay cannot be used now: not reached, no TLS, no login, or it closes down. No letter is to blame.

    `mail` is the letter that was about to leave; nothing of it was taken.
    """

    mail: Mail | None = None


class Letters(Protocol):
    """The letters that wait for a connection."""

    @property
    def is_over(self) -> bool:
        """Whether none may leave any more."""
        ...

    def at_once(self) -> Mail | None:
        """Return the next one if it may leave without waiting."""
        ...

    def put_back(self, mail: Mail) -> None:
        """Take one back that did not leave."""
        ...


class Connection:
    """A connection that is ready for letters. Used by one task at a time.

    Where the server pipelines, a letter's text and the envelope of the next one leave in one write (RFC 2920 3.1). That
    next letter stands in `ahead` until it is sent; while it does, nothing of its text has left.
    """

    def __init__(self, way: Way, transport: asyncio.Transport, replies: Replies) -> None:
        self._way = way
        self._transport = transport
        self._replies = replies
        self._features: dict[str, str] = {}
        self._offered: Mail | None = None  # its envelope was written
        self.ahead: Mail | None = None
        self.sent = 0
        self.is_usable = True

    @classmethod
    async def open(cls, way: Way) -> Connection:
        """Connect, secure, log in. Raises RelayTrouble with a sentence."""
        context = _tls(way) if way.security != "none" else None
        try:
            async with asyncio.timeout(way.connect_within):
                transport, replies = await asyncio.get_running_loop().create_connection(
                    lambda: Replies(way.reply_within, journal.rest), way.host, way.port, ssl=context if way.security == "tls" else None
                )
        except ssl.SSLError as error:
            raise RelayTrouble(_in_words(way, error)) from None
        except BROKEN as error:
            raise RelayTrouble(f"{way.host}:{way.port} cannot be reached: {error or type(error).__name__}.") from None
        connection = cls(way, transport, replies)
        try:
            await connection._begin(context)
        except BROKEN as error:
            connection.drop()
            raise RelayTrouble(f"{way.host} closed the connection while greeting: {error or type(error).__name__}.") from None
        except RelayTrouble:
            connection.drop()
            raise
        return connection

    async def send(self, mail: Mail, letters: Letters, told: Callable[[Outcome], None]) -> Mail | None:
        """Hand a letter over and then others, as long as one may leave at once; each outcome is told.

        Returns a letter that is still to be sent where the connection was lost. Raises RelayTrouble where nothing of the
        letter in turn was taken.
        """
        return await self._replies.run(self._one_after_the_other(mail, letters, told))

    def _one_after_the_other(self, mail: Mail, letters: Letters, told: Callable[[Outcome], None]) -> Talk[Mail | None]:
        following: Mail | None = mail
        while following is not None:
            try:
                outcome = yield from self._one(following, letters)
            except RelayTrouble as trouble:
                trouble.mail = following
                raise
            told(outcome)
            following = self.ahead
            if following is not None and letters.is_over:  # the server may have its envelope, but its text never leaves
                letters.put_back(following)
                self.drop()
                return None
            if not self.is_usable:
                return following
            following = following or letters.at_once()
        return None

    def _one(self, mail: Mail, letters: Letters) -> Talk[Outcome]:
        is_offered, self._offered, self.ahead = self._offered is mail, None, None
        if not mail.letter.recipient.isascii() and "SMTPUTF8" not in self._features:
            said = f"{self._way.host} takes no addresses beyond ASCII (SMTPUTF8)."
            return Outcome(mail.letter.delivery, "failed", code="5.6.7", text=said)
        try:
            refused = yield from self._envelope(mail, is_offered=is_offered)
        except BROKEN as error:
            self.drop()
            raise RelayTrouble(f"{self._way.host} closed the connection: {error or type(error).__name__}.") from None
        if refused is not None:
            return self._refusal(mail.letter.delivery, refused)
        return (yield from self._text(mail, letters))

    async def quit(self) -> None:
        """Say goodbye and close."""
        try:
            self._write(b"QUIT\r\n")
            async with asyncio.timeout(2):
                await self._replies.take(1)
        except BROKEN:
            pass
        self.drop()

    def drop(self) -> None:
        """Close without a word."""
        self.is_usable = False
        self._transport.abort()

    def _write(self, data: bytes) -> None:
        if self._transport.is_closing():
            raise ConnectionResetError("closed by the server")
        self._transport.write(data)

    def _text(self, mail: Mail, letters: Letters) -> Talk[Outcome]:
        """Send what the server's 354 asked for, and read what it says to it."""
        letter = mail.letter
        self.ahead = letters.at_once() if self._pipelines else None
        journal.dot_written(letter.delivery, letter.attempt)
        try:
            self._write(b"".join((mail.head, b"\r\n", *mail.body, b".\r\n", self._offer())))
            [reply] = yield 1
        except BROKEN as error:
            self.drop()
            broke = f"The connection broke before the reply: {error or type(error).__name__}."
            return Outcome(letter.delivery, "uncertain", code="no_reply", text=broke)
        outcome = (
            Outcome(letter.delivery, "accepted", code=reply.short, text=reply.on_one_line)
            if reply.is_good
            else self._refusal(letter.delivery, reply)
        )
        journal.reply_read(letter.delivery, letter.attempt, outcome.kind, outcome.code)
        self.sent += 1
        return outcome

    @property
    def _pipelines(self) -> bool:
        return "PIPELINING" in self._features

    def _offer(self) -> bytes:
        """Return the envelope of the letter ahead, if its address can be spoken here."""
        mail = self.ahead
        if mail is None or not mail.letter.recipient.isascii():
            return b""
        self._offered = mail
        return "".join(_envelope(mail)).encode()

    def _envelope(self, mail: Mail, *, is_offered: bool) -> Talk[Reply | None]:
        """Go as far as the server's 354; return the reply that refused the letter, if one did."""
        lines = _envelope(mail)
        if self._pipelines:
            if not is_offered:
                self._write("".join(lines).encode())
            replies = yield len(lines)
        else:
            replies = []
            for line in lines:
                self._write(line.encode())
                replies += yield 1
                if not replies[-1].is_good:
                    break
        refused = next((reply for reply in replies if not reply.is_good), None)
        if refused is None:
            return None
        if refused is replies[0] and refused.short in NOBODYS:  # it speaks of the sender's address, and the recipient's is not to blame
            refused = Reply(refused.code, f"MAIL FROM: {refused.text}")
        elif refused in replies[1:2] and refused.code == NO_MAILBOX and is_nobodys(refused.text):
            refused = Reply(refused.code, f"5.1.1 {refused.code} {refused.text}")
        if len(replies) == len(lines) and replies[-1].code == 354:  # it refused the recipient and yet waits for a text
            self._write(b".\r\n")
            yield 1
        if self.is_usable and refused.code != 421:
            self._write(b"RSET\r\n")
            yield 1
        return refused

    def _refusal(self, delivery: int, reply: Reply) -> Outcome:
        if reply.code == 421:
            self.drop()
        kind = "failed" if reply.code >= 500 else "deferred"
        return Outcome(delivery, kind, code=reply.short, text=reply.on_one_line)  # type: ignore[arg-type]

    async def _begin(self, context: ssl.SSLContext | None) -> None:
        [greeting] = await self._replies.take(1)
        if greeting.code != 220:
            raise RelayTrouble(f"{self._way.host} refused: {greeting.code} {greeting.on_one_line}")
        await self._hello()
        if self._way.security == "starttls":
            await self._start_tls(context)
        if self._way.username:
            await self._log_in()

    async def _start_tls(self, context: ssl.SSLContext | None) -> None:
        if "STARTTLS" not in self._features:
            raise RelayTrouble(f"{self._way.host} offers no STARTTLS; set security to tls, or to none for a relay you trust.")
        reply = await self._command("STARTTLS")
        if reply.code != 220 or not self._replies.is_empty:  # nothing said before TLS may count after it
            raise RelayTrouble(f"{self._way.host} refused STARTTLS: {reply.code} {reply.on_one_line}")
        try:
            secured = await asyncio.get_running_loop().start_tls(
                self._transport,
                self._replies,
                context,  # type: ignore[arg-type]
                server_hostname=self._way.host,
            )
        except ssl.SSLError as error:
            raise RelayTrouble(_in_words(self._way, error)) from None
        if secured is None:
            raise ConnectionResetError("closed while securing it")
        self._transport = secured
        await self._hello()

    async def _hello(self) -> None:
        reply = await self._command(f"EHLO {self._way.hello}")
        if reply.code != 250:
            reply = await self._command(f"HELO {self._way.hello}")
            if reply.code != 250:
                raise RelayTrouble(f"{self._way.host} refused the greeting: {reply.code} {reply.on_one_line}")
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
            raise RelayTrouble(f"{self._way.host} refused the login: {reply.code} {reply.on_one_line}")

    async def _command(self, line: str) -> Reply:
        self._write(f"{line}\r\n".encode())
        [reply] = await self._replies.take(1)
        return reply


def _envelope(mail: Mail) -> tuple[str, str, str]:
    """Return the commands that come before a letter's text."""
    more = "" if mail.letter.recipient.isascii() else " BODY=8BITMIME SMTPUTF8"
    return f"MAIL FROM:<{mail.return_path}>{more}\r\n", f"RCPT TO:<{mail.letter.recipient}>\r\n", "DATA\r\n"


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
