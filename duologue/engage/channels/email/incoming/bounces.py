"""Bounces that follow no standard: from mailer daemons in their own words."""
# ruff: noqa: E501  lists of patterns, each kept together

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

from duologue.engage.channels.email.incoming.incoming import Verdict
from duologue.engage.channels.email.incoming.parts import ADDRESS
from duologue.engage.channels.email.incoming.status import judged

if TYPE_CHECKING:
    from duologue.engage.channels.email.incoming.parts import Mail

DAEMON = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|mmdf|bounces?|bounce-?\w*|mail ?delivery|mail ?administrator|"
    r"microsoftexchange\w*|mailadmin|administrator|system administrator|internet mail delivery|noreply-?bounce|smtpd?)(?:[+@.-]|$)",
    re.IGNORECASE,
)
DAEMON_NAME = re.compile(
    r"mail(?:er)? ?(?:-| )?(?:daemon|delivery)|delivery (?:sub)?system|postmaster|system ?administrator|systemadministrator|microsoft outlook$",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"undeliver|unzustellbar|undelivered|returned mail|returned to sender|return(?:ed)? message|delivery (?:status notification|"
    r"failure|failed|notification|problem|error|report|has failed)|mail (?:delivery (?:fail|system|problem)|could not be delivered|"
    r"system error|not delivered)|failure (?:notice|delivery|to deliver)|delivery.{0,20}(?:fail|unsuccessful|impossible)|message (?:not delivered|"
    r"undeliverable|could not be delivered|delivery failure)|could not deliver|nicht zugestellt|nicht zustellbar|zustellung.{0,30}(?:fehlgeschlagen|"
    r"nicht|fehler)|fehler bei der (?:zustellung|nachrichtenzustellung)|non remis|notification d'échec|nondeliverable|non-?delivery|"
    r"rejected mail|user unknown|mailbox (?:full|unavailable)|address (?:not found|unknown)|warning: (?:could not send|message)|bounce[ds]?\b|mail delivery|"
    r"impossible to deliver|devuelto|mancato recapito|postfach",
    re.IGNORECASE,
)
DELAYED = re.compile(
    r"(?:delivery|message|mail|zustellung|nachricht)\W+(?:\w+\W+){0,11}(?:delayed|deferred|verzögert|verspätet|still being retried)|"
    r"warning message only|will (?:be retried|retry|continue to try|keep trying|try again)|(?:delivery|the) attempts? will continue|"
    r"you do not need to resend|not yet been delivered|noch nicht zugestellt|weitere zustellversuche|wird weiterhin versucht|still trying",
    re.IGNORECASE,
)
GAVE_UP = re.compile(
    r"giv(?:en|ing) up|gave up|permanent(?:ly)? (?:error|fail)|fatal error|will not be retried|no further attempts", re.IGNORECASE
)
FAILED = re.compile(
    r"(?:could|can|was|were|has|have|is|wasn't|couldn't|can't|will)\W?(?:not| not be| not been|n't be)? ?(?:be |been )?(?:deliver|reach|sent|relay|process)|"
    r"undeliver|not delivered|delivery (?:to the following|failed|failure|of your message|has failed)|permanent (?:fatal )?error|"
    r"(?:konnte|kann|wurde)\W+(?:\w+\W+){0,15}nicht (?:zugestellt|übermittelt|gesendet|ausgeliefert)|unzustellbar|nicht zustellbar|bounced|"
    r"(?:user|recipient|mailbox|address|account)\W+(?:\w+\W+){0,7}(?:unknown|not found|unavailable|full)|\b5\d\d[ -]|\b5\.\d\.\d|"
    r"no such user|returned to (?:the )?sender|rejected|remitente|n'a pas pu être",
    re.IGNORECASE,
)
ORIGINAL_FOLLOWS = re.compile(
    r"^\W{0,6}(?:this is a copy of|below this line is a copy|(?:the )?(?:header|text) of (?:the|your) (?:original )?message|original message|ursprüngliche nachricht|"
    r"included is a copy|message headers? follow|unsent message (?:below|follows)|return-path:|received:|---+ ?(?:original|returned|beginning|this is)|the following is (?:the|a copy)|"
    r"diagnostic information for administrators|kopie (?:der|ihrer) nachricht)",
    re.IGNORECASE | re.MULTILINE,
)


def looks_like_daemon(mail: Mail) -> bool:
    """Say whether a mail system wrote this: by its sender, or by an empty return path with a daemon's subject."""
    name, address = mail.sender
    local_part = address.partition("@")[0]
    return_path = mail.header("Return-Path").replace(" ", "")
    subject = mail.header("Subject")
    if DAEMON.match(local_part) or DAEMON_NAME.search(name) or mail.has("X-Failed-Recipients"):
        return True
    return (
        (return_path in {"<>", ""} or not address)
        and bool(SUBJECT.search(subject))
        and not re.match(r"\s*(?:re|aw|antw)\s*:", subject, re.IGNORECASE)
    )


def bounce(mail: Mail, *, at_return_path: bool) -> Verdict | None:
    """Read a bounce in its own words. `at_return_path`: it came to the address that only bounces come to."""
    daemon = looks_like_daemon(mail)
    if not daemon and not (at_return_path and SUBJECT.search(mail.header("Subject"))):
        return None
    told = _before_original(mail.plain or mail.everything)
    temporary, permanent = _known_shapes(mail)
    recipients = sorted(permanent) or sorted(temporary) or _failed_recipients(mail, told)
    if (DELAYED.search(told) or (temporary and not permanent)) and not GAVE_UP.search(told):
        return Verdict(kind="delivery_notice", reason="delayed", recipients=recipients)
    if not (permanent or FAILED.search(told) or SUBJECT.search(mail.header("Subject"))):
        return None
    verdict = judged("", told, final=True)
    verdict.recipients = recipients
    return verdict


def _known_shapes(mail: Mail) -> tuple[set[str], set[str]]:
    try:
        temporary, permanent = all_failures(mail.message)
    except Exception:  # noqa: BLE001  its readers stumble over many broken mails, in as many ways
        return set(), set()
    return {_text(address) for address in temporary}, {_text(address) for address in permanent}


def _text(address: bytes | str) -> str:
    text = address.decode("ascii", "replace") if isinstance(address, bytes) else address
    return text.strip("<> ").lower()


def _before_original(text: str) -> str:
    match = ORIGINAL_FOLLOWS.search(text, 1) if text else None
    return text[: match.start()] if match and match.start() > 80 else text[:4000]


def _failed_recipients(mail: Mail, told: str) -> list[str]:
    """Return the addresses that the daemon names, leaving out its own, ours and those in angle-bracketed ids."""
    if mail.has("X-Failed-Recipients"):
        return [match.group().lower() for match in ADDRESS.finditer(mail.header("X-Failed-Recipients"))]
    own = {mail.sender[1], *(address.lower() for name in ("To", "Cc", "Delivered-To") for address in ADDRESS.findall(mail.header(name)))}
    found = [match.group().lower().strip(".'") for match in ADDRESS.finditer(told)]
    kept = [address for address in found if address not in own and not DAEMON.match(address.partition("@")[0])]
    return list(dict.fromkeys(kept))[:1]
