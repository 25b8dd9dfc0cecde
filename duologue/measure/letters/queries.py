"""What letters count and say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from babel.numbers import format_currency
from django.db.models import Sum

from duologue.engage.broadcasts.queries import broadcasts
from duologue.engage.conversations.models import Conversation
from duologue.kit.clock import zone_named
from duologue.kit.money import major
from duologue.measure.buyers.queries import buyers
from duologue.measure.growth.models import GrowthDay
from duologue.measure.growth.queries import NET, growth
from duologue.measure.letters import telling
from duologue.measure.letters.rules import MONDAY, Figures, five_sentences
from duologue.measure.reports.groups import by
from duologue.measure.reports.models import ReportSnapshot
from duologue.measure.reports.rules import as_csv
from duologue.platform.staff.models import Membership
from duologue.platform.staff.rules import Right, may
from duologue.strategize.dialogues.models import Dialogue

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from duologue.measure.letters.models import Letter
    from duologue.platform.workspaces.models import Workspace


def figures(workspace: Workspace, now: datetime) -> Figures:
    """Count what the Monday letter says, from what was rolled up and counted already."""
    today = now.astimezone(zone_named(workspace.timezone)).date()
    days = GrowthDay.within(workspace).filter(purpose="")
    week = days.filter(day__gte=today - timedelta(days=7), day__lt=today)
    came = week.aggregate(first=Sum("joined"), again=Sum("back"), net=Sum(NET))
    joined = (came["first"] or 0) + (came["again"] or 0)
    found = Figures(joined=joined, gone=joined - (came["net"] or 0), may_contact=days.aggregate(net=Sum(NET))["net"] or 0)
    trouble = _stopped(workspace)
    for row in ReportSnapshot.within(workspace).select_related("dialogue").order_by("dialogue__name"):
        name = row.dialogue.name
        found.letters += row.data["deliveries"]["accepted"]
        found.sales[name] = row.data["conversions"]["number"]
        found.revenue[name] = row.data["revenue"]
        for message, told in row.data["messages"].items():
            found.clicked += told["clicked"]
            for domain, one in told["domains"].items():
                where = f"/{workspace.name}/measure/messages/{message}?within={name}"
                if one["warning"] and not trouble:
                    trouble = f"At [{domain}]({where}) {message.replace('-', ' ')} does badly: {one['warning']}"
    found.trouble = trouble
    found.coming = _coming(workspace, now)
    found.open_cases = Conversation.within(workspace).filter(state=Conversation.State.OPEN).count()
    return found


def _stopped(workspace: Workspace) -> str:
    row = Dialogue.within(workspace).filter(state=Dialogue.State.PAUSED).exclude(paused_because="").order_by("name").first()
    if row is None:
        return ""
    where = f"/{workspace.name}/strategize/dialogues/{row.name}"
    return f"[{row.name.replace('-', ' ')}]({where}) is paused: {row.paused_because.rstrip('.')}."


def _coming(workspace: Workspace, now: datetime) -> str:
    ahead = [one for one in broadcasts(workspace, now) if one.standing == "scheduled" and one.next_at]
    if not ahead:
        return "No broadcast is set to leave, and"
    one = min(ahead, key=lambda found: found.next_at or now)
    at = (one.next_at or now).astimezone(zone_named(workspace.timezone))
    name = (one.dialogue.about or one.dialogue.name).rstrip(".")
    return f"Next, [{name}](/{workspace.name}/engage/broadcasts/{one.dialogue.name}/) leaves on {at:%A} at {at:%H:%M}, and"


def may_get(workspace: Workspace, staff: Collection[int]) -> set[int]:
    """Return those of some staff who work here now and may look at results."""
    roles = Membership.within(workspace).filter(staff__in=staff, staff__is_active=True).values_list("staff_id", "role")
    return {one for one, role in roles if may(role, Right.LOOK)}


def written(workspace: Workspace, letter: Letter, now: datetime) -> tuple[str, list[str], str, dict[str, Any]]:
    """Return a letter's subject, sentences, CSV ("" without one), and the figures that the next one needs. Raises LookupError."""
    if letter.what == MONDAY:
        counted = figures(workspace, now)
        sentences = five_sentences(counted, letter.figures, f"/{workspace.name}", lambda minor: money(minor, workspace.currency))
        return f"Monday at {workspace.title}", sentences, "", counted.kept()
    data, title, path, says = _report(workspace, letter.what)
    sentences = [*says, f"The figures as of now are [on their page](/{workspace.name}/measure/{path})."]
    return f"{workspace.title}: {title}", sentences, as_csv(data) if letter.form == "csv" else "", {}


def _report(workspace: Workspace, what: str) -> tuple[dict[str, Any], str, str, list[str]]:
    """Return the figures, title, page and sentences of a report that goes out on a schedule. Raises LookupError."""
    kind, _, name = what.partition(" ")
    base = f"/{workspace.name}/measure"

    def amount(minor: int) -> str:
        return money(minor, workspace.currency)

    if kind == "report":
        row = ReportSnapshot.within(workspace).filter(dialogue__name=name).first()
        if row is None:
            raise LookupError(f"No report of {name} has been counted yet.")
        path = f"reports/{name}"
        return row.data, name.replace("-", " "), path, telling.of_report(row.data, f"{base}/{path}", amount)
    if kind == "by":
        data, path = by(workspace, name), f"by/{name}"
        return data, f"results by {name}", path, telling.of_groups(data, f"{base}/{path}", amount)
    if kind == "buyers":
        data = buyers(workspace)
        return data, kind, kind, telling.of_buyers(data, f"{base}/{kind}", amount)
    data = growth(workspace)
    return data, "growth", "growth", telling.of_growth(data, f"{base}/growth")


def money(minor: int, currency: str) -> str:
    """Return minor units as people read them."""
    return str(format_currency(major(minor, currency), currency, locale="en_GB"))
