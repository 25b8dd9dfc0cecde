"""What an offer promises, and whether one more of it may be given. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

# No 0/O, 1/I/L, U/V, so that a code survives handwriting and the telephone.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH: Final = 10

GONE: Final = "perk_gone"


@dataclass(slots=True, frozen=True)
class Terms:
    """The part of an offer's version that the ledger needs; money in minor units of the workspace's currency."""

    code: str = "generated"  # none | generated | pool | shared
    shared: str = ""
    worth: int = 0
    is_share: bool = False  # worth is a percentage: what it came to is known when it is redeemed
    cost: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    lasts: timedelta | None = None
    begins: str = "given"
    each: int | None = None
    all: int | None = None
    budget: int | None = None
    instead: str = ""  # the offer to be given where none of this one is left


@dataclass(slots=True)
class Ledger:
    """How much of an offer is out, as counted under the offer's lock."""

    given: int
    spent: int
    per_person: dict[int, int]


def may_give(terms: Terms, ledger: Ledger, person: int, now: datetime) -> bool:
    """Say whether one more perk may go to this person now."""
    if terms.starts_at is not None and now < terms.starts_at:
        return False
    if terms.ends_at is not None and now >= terms.ends_at:
        return False
    if terms.all is not None and ledger.given >= terms.all:
        return False
    if terms.budget is not None and ledger.spent + terms.cost > terms.budget:
        return False
    return terms.each is None or ledger.per_person.get(person, 0) < terms.each


def stand_together(one: str, its_others: Sequence[str], other: str, their_others: Sequence[str]) -> bool:
    """Say whether codes of two offers may be used for one order: when either names the other."""
    return other in its_others or one in their_others


def give(terms: Terms, ledger: Ledger, person: int) -> None:
    """Count one perk more."""
    ledger.given += 1
    ledger.spent += terms.cost
    ledger.per_person[person] = ledger.per_person.get(person, 0) + 1


def expires_at(terms: Terms, now: datetime) -> datetime | None:
    """Return the moment a perk given now is over: its own time, but never after the offer's."""
    own = now + terms.lasts if terms.lasts is not None and terms.begins == "given" else None
    return min((at for at in (own, terms.ends_at) if at is not None), default=None)


def settled_cost(terms: Terms, set_aside: int, worth: int) -> int:
    """Return what a redeemed perk cost: for a percentage what it came to, otherwise what was set aside."""
    return worth if terms.is_share else set_aside


def code_from(chance: bytes) -> str:
    """Return a code of CODE_LENGTH letters made from at least 16 random bytes."""
    number, letters = int.from_bytes(chance, "big"), []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def spellings(code: str) -> Sequence[str]:
    """Return the ways a typed code may be meant: as written, and without spaces, dashes and case."""
    written = code.strip()[:40]
    plain = "".join(letter for letter in written.upper() if letter not in " -\u2010\u2011\u2013")
    return (written,) if plain == written else (written, plain)
