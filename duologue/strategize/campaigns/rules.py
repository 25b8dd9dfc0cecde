"""A campaign, as written in campaigns/NAME.yaml."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from duologue.kit.money import NO_CURRENCY, Money, read_money
from duologue.kit.typed import as_json, checked, read_typed
from duologue.strategize.dialogues.rules.conditions import condition

if TYPE_CHECKING:
    from duologue.kit.yaml import Document


class Period(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """The first and the last day of something, both included, on the workspace's clock; an empty one is open."""

    since: str = ""
    to: str = ""


class Goal(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a campaign is for: an event, of which `where` holds; `value` names the property that is money.

    `at_least` is what is hoped for: so many of these events, or as money the sum of their values, as written.
    """

    event: str
    where: dict[str, Any] = {}
    value: str = ""
    at_least: str | int = ""


class Campaign(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A named effort. `budget` is money as written; what dialogues may spend and placements cost is set against it."""

    campaign: str
    title: str = ""
    about: str = ""
    owner: str = ""
    period: Period = Period()
    goal: Goal | None = None
    budget: str = ""

    @property
    def name(self) -> str:
        """Return what people read."""
        return self.title or self.campaign.replace("-", " ").capitalize()


def read_campaign(text: str, file: str = "") -> Campaign:
    """Return the campaign a text describes; raises Mistakes."""
    return read_typed(text, file, Campaign, "A campaign", _check)


def to_json(campaign: Campaign) -> dict[str, Any]:
    """Return a campaign as JSON values; what is not said is left out."""
    return as_json(campaign)


def from_json(data: dict[str, Any]) -> Campaign:
    """Return the campaign that `to_json` wrote."""
    return msgspec.convert(data, Campaign)


def money_of(written: str | int, currency: str) -> Money | None:
    """Return a sum as written in a file, in a currency where it names none; None where nothing is written, or no sum."""
    try:
        return read_money(str(written), currency) if written else None
    except ValueError:
        return None


def check_period(document: Document, period: Period) -> None:
    """Refuse days that are none, and a period that ends before it begins."""
    for key, value in (("from", period.since), ("to", period.to)):
        checked(document, ("period", key), value, _day)
    if period.since and period.to and period.to < period.since:
        document.refuse(("period", "to"), "The period ends before it begins.")


def _check(document: Document, campaign: Campaign) -> None:
    check_period(document, campaign.period)
    checked(document, ("budget",), campaign.budget, _money)
    goal = campaign.goal
    if goal is None:
        return
    if not goal.event.strip():
        document.refuse(("goal", "event"), "A goal names an event, as in Order Completed.")
    if goal.where:
        condition(document, ("goal", "where"), goal.where, bare=True)
    _check_hope(document, goal)


def _check_hope(document: Document, goal: Goal) -> None:
    """Refuse an `at_least` that is neither a number of events from 1 up nor a sum of a value that the goal names."""
    if goal.at_least == "":
        return
    place = ("goal", "at_least")
    if isinstance(goal.at_least, int):
        if goal.at_least < 1:
            document.refuse(place, "`at_least` is a number from 1 up, or a sum as 20000 GBP.")
        return
    checked(document, place, goal.at_least, read_money)
    if not goal.value:
        document.refuse(place, "A goal in money needs `value`: which property of the event is money, as in value: revenue.")


def _money(text: str) -> None:
    read_money(text, NO_CURRENCY)


def _day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as in 2026-03-31") from None
