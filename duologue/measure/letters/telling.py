"""What a scheduled report says in its letter: the figures that its page begins with. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.measure.buyers.rules import returning
from duologue.measure.letters.rules import linked, some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Money = Callable[[int], str]

NAMED: Final = 5  # groups and purposes; the others are only counted
COUNTED: Final = 3  # months after a first order; the sentence says so in words


def of_report(data: Mapping[str, Any], page: str, money: Money) -> list[str]:
    """Return sentences on a dialogue's report, each number a link to its page; `money` writes minor units."""
    people, deliveries, cost = data["funnel"], data["deliveries"], data["cost"]["total"]
    clicked = sum(one["clicked"] for one in data["messages"].values())
    bounced = deliveries["bounced"] + sum(one["refused"] for one in data["messages"].values())
    came = (
        f"{some(people['considered'], 'person was', 'people were', page)} considered: {linked(people['began'], page)} began, "
        f"{linked(people['responded'], page)} responded, {linked(people['converted'], page)} reached the goal."
    )
    left = (
        f"{some(deliveries['accepted'], 'letter', 'letters', page)} left, and people clicked in {linked(clicked, page)} of them; "
        f"{linked(bounced, page)} bounced, by {linked(data['unsubscribes'], page)} somebody unsubscribed."
    )
    brought = (
        f"{some(data['conversions']['number'], 'conversion', 'conversions', page)} brought [{money(data['revenue'])}]({page}), "
        f"and [{money(cost)}]({page}) was spent."
    )
    return [data["lift"]["sentence"], came, left, brought]


def of_groups(data: Mapping[str, Any], page: str, money: Money) -> list[str]:
    """Return a sentence on each of the groups that brought most."""
    found = [(name or f"No {data['by']} named", group) for name, group in data["groups"].items() if name or group["dialogues"]]
    if not found:
        return [f"No dialogue was counted that serves a {data['by']}."]
    said = [
        f"{name.replace('-', ' ').capitalize()}: {some(group['conversions']['number'], 'conversion', 'conversions', page)} worth "
        f"[{money(group['revenue'])}]({page}), [{money(group['cost'])}]({page}) spent, "
        f"{some(group['unsubscribes'], 'letter', 'letters', page)} by which somebody unsubscribed."
        for name, group in found[:NAMED]
    ]
    return [*said, f"And {linked(len(found) - NAMED, page)} more."] if found[NAMED:] else said


def of_growth(data: Mapping[str, Any], page: str) -> list[str]:
    """Return sentences on the list: the last week that is over, and whom one may contact for what."""
    if not data["list"]:
        return ["Nobody has been counted yet."]
    said = [f"You may contact {some(data['list']['may_contact'], 'person', 'people', page)}."]
    over = list(data["list"]["weeks"].values())[:-1]
    if over:
        week = over[-1]
        lost = week["bounced"] + week["reported"] + week["barred"]
        said.append(
            f"In the last full week {linked(week['joined'], page)} joined, {linked(week['back'], page)} came back, "
            f"{linked(week['left'], page)} left, and {linked(lost, page)} cannot be written to any more."
        )
    order = sorted(data["purposes"].items(), key=lambda entry: (-entry[1]["may_contact"], entry[0]))[:NAMED]
    return [*said, *(f"For {name.replace('-', ' ')}: {some(one['may_contact'], 'person', 'people', page)}." for name, one in order)]


def of_buyers(data: Mapping[str, Any], page: str, money: Money) -> list[str]:
    """Return sentences on who bought again, and on the last two months of first orders."""
    if not data["cohorts"]:
        return ["Nobody has bought yet, or nobody has been counted."]
    told = returning(dict(data["cohorts"]), COUNTED)
    said = []
    if told:
        said.append(f"Of {linked(told[0], page)} who first bought, {linked(told[1], page)} bought again within three months.")
    for month, one in list(data["cohorts"].items())[-2:]:
        first = some(one["people"], "person", "people", page)
        said.append(f"In {month} {first} first bought, and brought [{money(one['revenue'])}]({page}) until now.")
    return said
