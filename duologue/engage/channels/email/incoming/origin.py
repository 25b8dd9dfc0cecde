"""To which of our deliveries a mail belongs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from duologue.engage.channels.email.addresses import Addressed, DeliveryRef, read_address
from duologue.platform.secrets import signing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duologue.engage.channels.email.incoming.parts import Mail

OURS = re.compile(r"(?<![A-Za-z0-9])([br]\+|d\.)([0-9a-f]{24,56})(?=@|=40|%40)", re.IGNORECASE)
UNSUBSCRIBE = re.compile(r"/u/([A-Za-z0-9_-]{16,60})")
ENVELOPE = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To", "To", "Cc", "Return-Path")
THREAD = ("In-Reply-To", "References")


def addressed_as(mail: Mail, envelope: Iterable[str]) -> Addressed | None:
    """Return what the address that the mail was sent to stands for: the surest sign."""
    candidates = [*envelope, *(value for name in ENVELOPE[:-1] for value in mail.headers(name))]
    return _first(candidates)


def delivery_of(mail: Mail, envelope: Iterable[str]) -> DeliveryRef | None:
    """Return the delivery a mail is about: by its own address, its thread, or by what it quotes or carries of ours."""
    found = addressed_as(mail, envelope) or _first(value for name in THREAD for value in mail.headers(name))
    found = found or _first([mail.everything])
    if found:
        return found.delivery
    for match in UNSUBSCRIBE.finditer(mail.everything):
        numbers = signing.read("page", match.group(1))
        if numbers is not None and len(numbers) == 2:
            return DeliveryRef(*numbers)
    return None


def _first(texts: Iterable[str]) -> Addressed | None:
    for text in texts:
        for match in OURS.finditer(text):
            if addressed := read_address(match.group(1) + match.group(2)):
                return addressed
    return None
