"""An offer as designed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from duologue.kit.clock import parse_duration
from duologue.kit.money import NO_CURRENCY, read_money
from duologue.kit.typed import as_json, checked, read_typed

if TYPE_CHECKING:
    from duologue.kit.yaml import Document

Kind = Literal["discount", "tip", "trial", "points", "gift", "credit", "apology"]
OF_NO_MONEY = frozenset({"tip", "trial", "points"})
WITHOUT_CODE = frozenset({"tip", "points"})


class Limits(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How many one person may get, how many there are in all, and what they may cost together (money as written)."""

    each: int | None = None
    all: int | None = None
    budget: str | int | None = None


class Valid(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """The days, on the workspace's clock, between which the offer is given and taken; both included."""

    since: str = ""
    to: str = ""


class Converts(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What turns a trial into custom: this event, while it runs or within this time of its end."""

    event: str = "Order Completed"
    within: str = "7d"


class Offer(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A perk as designed. Money and shares are kept as written: "10%", "5 GBP"; the worth of points is their number.

    `code` is none, generated, {pool: FILE, warn_at: N} or {shared: WORD}; unsaid, it is none for a tip and for points, else generated.
    `lasts` counts from `begins`: given, or of a trial also redeemed. `says` is what people read of it.
    """

    offer: str
    kind: Kind = "discount"
    about: str = ""
    says: str = ""
    code: str | dict[str, Any] = ""
    worth: str | int = ""
    cost: str | int | None = None
    valid: Valid = Valid()
    lasts: str | None = None
    begins: Literal["given", "redeemed"] = "given"
    limits: Limits = Limits()
    together_with: str | list[str] = "none"
    instead: str = ""
    converts: Converts | None = None


def usual_code(kind: str) -> str:
    """Return where a kind's code comes from where nothing is said: a tip and points have none."""
    return "none" if kind in WITHOUT_CODE else "generated"


def read_offer(text: str, file: str = "") -> Offer:
    """Return the offer a text describes; raises Mistakes."""
    return read_typed(text, file, Offer, "An offer", _check)


def to_json(offer: Offer) -> dict[str, Any]:
    """Return an offer as JSON values; what is not said is left out."""
    return as_json(offer)


def from_json(data: dict[str, Any]) -> Offer:
    """Return the offer that `to_json` wrote."""
    return msgspec.convert(data, Offer)


def _check(document: Document, offer: Offer) -> None:
    if isinstance(offer.code, dict):
        if set(offer.code) - {"pool", "warn_at", "shared"} or ("pool" in offer.code) == ("shared" in offer.code):
            document.refuse(("code",), "`code` is none, generated, {pool: FILE, warn_at: N} or {shared: WORD}.")
    elif offer.code not in {"", "none", "generated"}:
        document.refuse(("code",), f"`code` is none, generated, {{pool: FILE}} or {{shared: WORD}}, not {offer.code!r}.")
    if offer.kind in WITHOUT_CODE and offer.code not in {"", "none"}:
        document.refuse(("code",), f"{'A tip has' if offer.kind == 'tip' else 'Points have'} no code; leave `code` out.")
    _check_life(document, offer)
    if not offer.worth and offer.kind not in OF_NO_MONEY:
        document.refuse((), f"An offer of the kind {offer.kind} needs `worth`, as in 10% or 5 GBP.")
    if not str(offer.worth).endswith("%") and offer.kind not in OF_NO_MONEY:
        checked(document, ("worth",), offer.worth, _money)
    if isinstance(offer.cost, str):
        checked(document, ("cost",), offer.cost, _money)
    if isinstance(offer.limits.budget, str):
        checked(document, ("limits", "budget"), offer.limits.budget, _money)
    checked(document, ("lasts",), offer.lasts, parse_duration)
    for key, value in (("from", offer.valid.since), ("to", offer.valid.to)):
        checked(document, ("valid", key), value, _day)
    for key in ("each", "all"):
        limit = getattr(offer.limits, key)
        if limit is not None and limit < 1:
            document.refuse(("limits", key), f"`{key}` is a number from 1 up.")


def _check_life(document: Document, offer: Offer) -> None:
    """Refuse what a kind cannot be: each has a life of its own."""
    if offer.kind == "points" and (not str(offer.worth).isdecimal() or int(offer.worth) < 1):
        document.refuse(("worth",), "The `worth` of points is how many they are, as in 50.")
    if offer.kind == "credit" and str(offer.worth).endswith("%"):
        document.refuse(("worth",), "The `worth` of credit is a sum, as in 10 GBP.")
    if offer.kind == "credit" and _is_nothing(offer.worth):
        document.refuse(("worth",), "The `worth` of credit is a sum above 0, as in 10 GBP.")
    if offer.begins == "redeemed" and offer.kind != "trial":
        document.refuse(("begins",), "`begins: redeemed` is for a trial; what is no trial lasts from when it is given.")
    if offer.kind == "trial" and not offer.lasts:
        document.refuse((), "A trial needs `lasts`, as in 14d.")
    if offer.converts is not None:
        if offer.kind != "trial":
            document.refuse(("converts",), "`converts` is for a trial: the event by which people stay.")
        checked(document, ("converts", "within"), offer.converts.within, parse_duration)


def _money(text: str) -> None:
    if not text.isdecimal():
        read_money(text, NO_CURRENCY)


def _is_nothing(worth: str | int) -> bool:
    """Say whether a sum is not above 0; one that cannot be read is refused elsewhere."""
    try:
        return read_money(str(worth), NO_CURRENCY).minor < 1
    except ValueError:
        return False


def _day(text: str) -> None:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as in 2026-03-31") from None
