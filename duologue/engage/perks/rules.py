"""What an offer promises, and whether one more of it may be given. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# No 0/O, 1/I/L, U/V, so that a code survives handwriting and the telephone.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH: Final = 10

GONE: Final = "perk_gone"
UNITS: Final = ("points", "credit")
OPEN: Final = ("reserved", "issued", "begun")  # what may still come to something


@dataclass(slots=True, frozen=True)
class Terms:
    """The part of an offer's version that the ledger needs; money in minor units of the workspace's currency."""

    kind: str = "discount"
    says: str = ""  # what people read of it
    code: str = "generated"  # none | generated | pool | shared
    shared: str = ""
    worth: int = 0
    is_share: bool = False  # worth is a percentage: what it came to is known when it is redeemed
    share: float = 0.0  # of that percentage
    cost: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    lasts: timedelta | None = None
    begins: str = "given"
    each: int | None = None
    all: int | None = None
    budget: int | None = None
    instead: str = ""  # the offer to be given where none of this one is left
    points: int = 0
    converts: str = ""  # of a trial: the event by which people stay
    converts_within: timedelta = timedelta(0)  # counted from the trial's end

    @property
    def unit(self) -> str:
        """Return what a perk adds to its person's balance: points, credit (in minor units), or nothing."""
        return self.kind if self.kind in UNITS else ""

    @property
    def amount(self) -> int:
        """Return how much of the unit that is."""
        return self.points if self.kind == "points" else self.worth if self.kind == "credit" else 0


@dataclass(slots=True)
class Ledger:
    """How much of an offer is out, as counted under the offer's lock."""

    given: int
    spent: int
    per_person: dict[int, int]


@dataclass(slots=True)
class Lot:
    """Points or credit of one perk that are left to spend."""

    perk: int
    profile: int
    person: int
    unit: str
    remaining: int
    expires_at: datetime | None = None


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


def trial_ends_at(terms: Terms, begun_at: datetime) -> datetime | None:
    """Return when a trial that begins now is over."""
    return begun_at + terms.lasts if terms.lasts is not None else None


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


def sides(kind: str, amount: int) -> tuple[tuple[str, int], tuple[str, int]]:
    """Return both sides of a movement, as (account, what it adds): what is given comes from the brand, the rest goes back to it."""
    gained = amount if kind == "given" else -amount
    return ("person", gained), (kind, -gained)


def taken_from(lots: Sequence[Lot], amount: int) -> list[tuple[int, int]] | None:
    """Return how much is spent of which perk, those first that end first; None where all together do not suffice."""
    if amount > sum(lot.remaining for lot in lots):
        return None
    parts = []
    for lot in sorted(lots, key=lambda lot: (lot.expires_at is None, lot.expires_at.timestamp() if lot.expires_at else 0, lot.perk)):
        part = min(amount, lot.remaining)
        if part > 0:
            parts.append((lot.perk, part))
            amount -= part
    return parts


NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def lasting(days: float) -> str:
    """Say for how long something will do, no finer than anybody could know."""
    if days < 1:
        return "less than a day"
    if days > 60:
        return "more than two months"
    whole = round(days) if days < 14 else round(days / 7)
    unit = "day" if days < 14 else "week"
    return f"about {NUMBERS[whole] if whole < len(NUMBERS) else whole} {unit}{'' if whole == 1 else 's'}"
