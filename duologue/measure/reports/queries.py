"""A dialogue's report: counted when something new has happened, remembered otherwise."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max

from duologue.measure.attribution.rules import Conversion
from duologue.measure.doses.queries import doses
from duologue.measure.funnels import queries as funnels
from duologue.measure.funnels.cohorts import cohorts
from duologue.measure.reports import orders, rules
from duologue.measure.reports.goals import goal_of, plan_order
from duologue.measure.reports.models import ReportSnapshot
from duologue.people.timeline.models import Batch
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.measure.funnels.conversions import Outcomes
    from duologue.platform.workspaces.models import Workspace


class NoSuchDialogue(LookupError):
    """There is no dialogue of this name in the workspace."""


def report(workspace: Workspace, name: str, now: datetime, *, groups: bool = True) -> dict[str, Any]:
    """Return the report of a dialogue as JSON values (see docs/reference/report.md).

    It is counted anew when the timeline has grown since it was last counted, and with it the `groups` of all dialogues, unless whoever
    counts several does that once at the end. Raises NoSuchDialogue.
    """
    dialogue = Dialogue.within(workspace).filter(name=name).first()
    if dialogue is None:
        raise NoSuchDialogue(f"There is no dialogue named {name!r} in the workspace {workspace.name}.")
    batch_no = Batch.within(workspace).aggregate(last=Max("batch_no"))["last"] or 0
    known = ReportSnapshot.within(workspace).filter(dialogue=dialogue).first()
    if known is not None and known.batch_no == batch_no and known.at == now:
        return dict(known.data)
    # DuckDB and Arrow are for who counts: pages, which show the last count, do without them
    from duologue.measure.funnels.conversions import outcomes  # noqa: PLC0415

    version = DialogueVersion.within(workspace).filter(dialogue=dialogue, number=dialogue.current).first()
    found = outcomes(workspace, dialogue, goal_of(version.plan) if version else None)
    data = _count(workspace, dialogue, version, found, now)
    counted = {"batch_no": batch_no, "at": now, "data": data}
    with transaction.atomic():
        ReportSnapshot.within(workspace).update_or_create(workspace=workspace, dialogue=dialogue, defaults=counted)
        orders.keep(workspace, dialogue, found)
        if groups:
            orders.count(workspace, now)
    return data


def last_report(workspace: Workspace, dialogue: Dialogue) -> ReportSnapshot | None:
    """Return the report as last counted, without counting: what a page shows at once."""
    return ReportSnapshot.within(workspace).filter(dialogue=dialogue).first()


def _count(workspace: Workspace, dialogue: Dialogue, version: DialogueVersion | None, found: Outcomes, now: datetime) -> dict[str, Any]:
    from duologue.measure.reception.queries import received  # noqa: PLC0415 - as above

    deliveries = funnels.deliveries(workspace, dialogue)
    turns = rules.in_order(funnels.turns(workspace, dialogue), plan_order(version.plan) if version else [])
    responses: Counter[str] = Counter()
    for turn in turns.values():
        for (heard, _then), number in turn.left.items():
            responses[heard.split(":")[0]] += number
    revenue = sum(bought.revenue for bought in found.bought) + sum(refund.revenue for refund in found.refunds)
    counted = funnels.people(workspace, dialogue)
    began, reached, responded = funnels.steps(workspace, dialogue)
    buyers = len({bought.person for bought in found.bought})
    shared = [Conversion(bought.revenue, bought.touches) for bought in found.bought]
    taken_back = [Conversion(refund.revenue, refund.touches) for refund in found.refunds]
    return {
        "dialogue": dialogue.name,
        "state": dialogue.state,
        "at": now.isoformat(),
        "currency": workspace.currency,
        "goal": rules.goal_as_json(goal_of(version.plan) if version else None),
        "serves": rules.serves_of(version.plan if version else {}),
        "people": rules.people_as_json(counted),
        "runs": rules.runs_as_json(funnels.runs(workspace, dialogue)),
        "deliveries": rules.deliveries_as_json(deliveries),
        "turns": rules.turns_as_json(turns),
        "responses": dict(sorted(responses.items(), key=lambda entry: (-entry[1], entry[0]))),
        "conversions": {"number": len(found.bought), "people": buyers},
        "funnel": {"considered": counted.considered, "began": began, "reached": reached, "responded": responded, "converted": buyers},
        "cohorts": cohorts(found.began, found.first_began, ((bought.person, bought.at) for bought in found.bought), workspace.timezone),
        "revenue": revenue,
        "refunds": -sum(refund.revenue for refund in found.refunds),
        "unsubscribes": deliveries.left,
        "spam_reports": found.reactions["spam_reports"],
        "complaints": found.reactions["complaints"],
        "attribution": rules.attribution_as_json(shared, taken_back),
        "lift": rules.lift_as_json(found.invited, found.held_out, mixed=found.mixed),
        "messages": {name: message.as_json() for name, message in received(workspace, dialogue).items()},
        "doses": doses(workspace, version, now) if version else {},
        "cost": rules.cost_as_json(deliveries.cost, _perk_cost(workspace, dialogue), revenue),
    }


def _perk_cost(workspace: Workspace, dialogue: Dialogue) -> int:
    """Return what this dialogue's runs cost in perks that were used, in minor units: redeemed, spent of credit, begun as a trial."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(sum(CASE WHEN p.unit <> '' AND p.state IN ('issued', 'redeemed')
                                        THEN p.cost * (p.amount - p.remaining) / nullif(p.amount, 0)
                                        WHEN p.unit = '' AND p.state = 'redeemed' THEN p.worth ELSE p.cost END), 0)
               FROM engage_perk p JOIN engage_run r ON r.workspace_id = p.workspace_id AND r.id = p.run_id
               WHERE p.workspace_id = %s AND r.dialogue_id = %s AND (p.state IN ('redeemed', 'begun', 'ended', 'converted')
                     OR (p.unit <> '' AND p.state IN ('issued', 'expired', 'withdrawn')))""",
            (workspace.pk, dialogue.pk),
        )
        return int(cursor.fetchone()[0])
