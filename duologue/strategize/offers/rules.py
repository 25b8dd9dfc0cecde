"""An offer as designed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from duologue.kit.clock import parse_duration
from duologue.kit.money import read_money
from duologue.kit.typed import as_json, checked, read_typed

if TYPE_CHECKING:
    from duologue.kit.yaml import Document

Kind = Literal["discount", "tip", "trial", "points", "gift", "credit", "apology"]
OF_NO_MONEY = frozenset({"tip", "trial", "points"})


class Limits(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How many one person may get, how many there are in all, and what they may cost together (money as written)."""

    each: int | None = None
    all: int | None = None
    budget: str | int | None = None


class Valid(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """The days, on the workspace's clock, between which the offer is given and taken; both included."""

    since: str = ""
    to: str = ""


class Offer(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A perk as designed. Money and shares are kept as written: "10%", "5 GBP".

    `code` is none, generated, {pool: FILE, warn_at: N} or {shared: WORD}. `lasts` counts from `begins`: given or redeemed.
    """

    offer: str
    kind: Kind = "discount"
    about: str = ""
    says: str = ""
    code: str | dict[str, Any] = "generated"
    worth: str | int = ""
    cost: str | int | None = None
    valid: Valid = Valid()
    lasts: str | None = None
    begins: Literal["given", "redeemed"] = "given"
    limits: Limits = Limits()
    together_with: str | list[str] = "none"
    instead: str = ""


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
    elif offer.code not in {"none", "generated"}:
        document.refuse(("code",), f"`code` is none, generated, {{pool: FILE}} or {{shared: WORD}}, not {offer.code!r}.")
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


def _money(text: str) -> None:
    if not text.isdigit():
        read_money(text, "XXX")


def _day(text: str) -> None:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as in 2026-03-31") from None
