"""What a person was given: by a letter's own link what that letter brought, by a link to their own address all that is theirs.

A code is worth money to whoever holds it, and letters are passed on. So a letter's link shows no more than the letter did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.engage.conversations.showing import still_holds
from duologue.engage.messages.queries import perks_brought
from duologue.engage.perks.balances import balances
from duologue.engage.perks.mine import Mine, mine
from duologue.kit.clock import zone_named
from duologue.web.public.access import Visit, by_link, by_link_for
from duologue.web.public.given import money_in, number_in, perk_title

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
    """Show what the letter of this link brought, and a button that sends the link to all else. Nothing is written."""
    brought = perks_brought(visit.workspace, visit.origin.delivery)
    return _page(visit, mine(visit.workspace, visit.person.profile_ids, visit.now, only=brought), is_all=False)


@by_link_for("known")
def all_perks(visit: Visit) -> HttpResponse:
    """Show all that they can use, their points and credit, and what is over, as long as the link to their own address holds."""
    if not still_holds(visit.origin, visit.now):
        return visit.page("known_ask.html", 410, late=True)
    left = balances(visit.workspace, visit.person.profile_ids, visit.now)
    points = _number(visit, left["points"]) if left.get("points") else ""
    credit = _money(visit, left["credit"]) if left.get("credit") else ""
    return _page(visit, mine(visit.workspace, visit.person.profile_ids, visit.now), is_all=True, points=points, credit=credit)


def _page(visit: Visit, found: list[Mine], **more: Any) -> HttpResponse:
    usable, over = ([_shown(visit, one) for one in found if one.is_open is is_open] for is_open in (True, False))
    return visit.page("perks.html", usable=usable, over=over, **more)


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
    return perk_title(
        one.kind, share=one.share, worth=one.worth, points=one.points, currency=visit.workspace.currency, language=visit.language
    )


def _money(visit: Visit, minor: int) -> str:
    return money_in(visit.language, minor, visit.workspace.currency)


def _number(visit: Visit, number: int) -> str:
    return number_in(visit.language, number)
