"""What a person was given, on a page of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.numbers import format_currency, format_decimal

from duologue.engage.perks.balances import balances
from duologue.engage.perks.mine import Mine, mine
from duologue.kit.clock import zone_named
from duologue.kit.money import major
from duologue.web.public.access import Visit, by_link

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse


@dataclass(slots=True, frozen=True)
class Shown:
    """A perk in words: its title, what it says, its code, and until when, or what became of it."""

    title: str
    says: str
    code: str
    until: datetime | None
    became: str
    at: datetime | None
    reason: str
    has_begun: bool


@by_link
def perks(visit: Visit) -> HttpResponse:
    """Show what they can use, their points and credit, and what is over. Nothing is written."""
    found = mine(visit.workspace, visit.person.profile_ids, visit.now)
    left = balances(visit.workspace, visit.person.profile_ids, visit.now)
    return visit.page(
        "perks.html",
        usable=[_shown(visit, one) for one in found if one.is_open],
        over=[_shown(visit, one) for one in found if not one.is_open],
        points=_number(visit, left["points"]) if left.get("points") else "",
        credit=_money(visit, left["credit"]) if left.get("credit") else "",
    )


def _shown(visit: Visit, one: Mine) -> Shown:
    zone = zone_named(visit.person.timezone or visit.workspace.timezone)
    return Shown(
        title=_title(visit, one),
        says=one.says,
        code=one.code,
        until=one.expires_at.astimezone(zone) if one.is_open and one.expires_at else None,
        became="" if one.is_open else visit.words[f"perk_{one.state}"],
        at=None if one.is_open or one.at is None else (one.expires_at if one.state in {"expired", "ended"} else one.at),
        reason=one.reason if one.state == "withdrawn" else "",
        has_begun=one.state == "begun",
    )


def _title(visit: Visit, one: Mine) -> str:
    """Return what a perk is in a few words, with its worth where it has one."""
    worth = one.share or (_money(visit, one.worth) if one.worth else "")
    title = visit.words.get(f"perk_{one.kind}_worth" if worth else f"perk_{one.kind}", visit.words["perk_discount"])
    return title.replace("WORTH", worth).replace("POINTS", _number(visit, one.points))


def _money(visit: Visit, minor: int) -> str:
    return format_currency(major(minor, visit.workspace.currency), visit.workspace.currency, locale=_locale(visit))


def _number(visit: Visit, number: int) -> str:
    return format_decimal(number, locale=_locale(visit))


def _locale(visit: Visit) -> str:
    return "en_GB" if visit.language == "en" else visit.language
