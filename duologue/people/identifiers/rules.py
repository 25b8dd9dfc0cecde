"""How each kind of identifier is written, so that the same one is always found again."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

from duologue.kit.pipeline import Refused
from duologue.kit.text import one_line
from duologue.people.identifiers.phones import international

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("external", "email", "phone", "card", "handle", "postal", "device")
"""From the one that says most about who someone is to the one that says least."""

LONGEST = 320
_PLAIN_EMAIL = re.compile(r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_PLUS_FOLDING = _GOOGLE | {"outlook.com", "hotmail.com", "live.com", "icloud.com", "fastmail.com", "proton.me", "protonmail.com"}
_NO_IDS = frozenset({"", "null", "undefined", "none", "nan", "[object object]", "unknown", "anonymous"})
_LONGER_THAN_THOSE = 1 + max(map(len, _NO_IDS))


def normalise(kind: str, value: str, country: str) -> str:
    """Return an identifier as it is kept and compared; `country` (ISO 3166) reads phones without a prefix.

    Raises Refused where it cannot be one: an address without a domain, a phone with too few digits, 'null' as an id.
    """
    rule = _RULES.get(kind)
    if rule is None:
        raise Refused("unknown kind", f"'{kind}' is not a kind of identifier; use one of {', '.join(KINDS)}.")
    cleaned = value.strip()
    if len(cleaned) < _LONGER_THAN_THOSE and cleaned.lower() in _NO_IDS:
        raise Refused("no identifier", f"'{one_line(cleaned, most=20)}' is no {kind}.")
    kept = rule(cleaned, country)
    if len(kept) > LONGEST:
        raise Refused(f"{kind} too long", f"A {kind} may have {LONGEST} characters, this one has {len(kept)}.")
    return kept


@lru_cache(maxsize=16384)
def _email(value: str, _country: str) -> str:
    lower = value.lower()
    if not (_PLAIN_EMAIL.fullmatch(lower) and len(lower) <= 254 and lower.index("@") <= 64):
        try:
            lower = validate_email(
                value, check_deliverability=False, allow_smtputf8=True, test_environment=True, strict=True
            ).normalized.lower()
        except EmailNotValidError as mistake:
            raise Refused("not an e-mail address", f"This is not an e-mail address: {mistake}") from mistake
    local, domain = lower.rsplit("@", 1)
    if domain in _PLUS_FOLDING:
        local = local.split("+", 1)[0] or local
    if domain in _GOOGLE:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


def _as_written(value: str, _country: str) -> str:
    return value.replace("\x00", "")


def _handle(value: str, _country: str) -> str:
    return value.lower()


def _postal(value: str, _country: str) -> str:
    return " ".join(value.lower().replace(",", " ").split())


def _card(value: str, _country: str) -> str:
    return re.sub(r"[\s-]", "", value).upper()


_RULES: dict[str, Callable[[str, str], str]] = {
    "email": _email,
    "phone": international,
    "device": _as_written,
    "handle": _handle,
    "postal": _postal,
    "card": _card,
    "external": _as_written,
}
