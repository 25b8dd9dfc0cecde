"""Admitting people to a dialogue: considered, held out, not started and why, or begun."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, connection, transaction

from duologue.engage.channels import registry
from duologue.engage.messages.actions import LAST, withdraw
from duologue.engage.runs import rows as table
from duologue.engage.runs.alike import begin_alike, sort_out
from duologue.engage.runs.knowledge import know
from duologue.engage.runs.rows import Moved, RunRow
from duologue.engage.runs.rules import admission
from duologue.engage.runs.rules.admission import Means, Past, Verdict
from duologue.engage.runs.spending import Purse, purse_of
from duologue.engage.runs.steps import write_down
from duologue.people.consent import ages
from duologue.people.consent.queries import declining, purposes, standing, suppressed
from duologue.people.consent.rules import KIND_OF, topic_fact
from duologue.people.identifiers.queries import addresses
from duologue.people.profiles.queries import profiles_of
from duologue.people.profiles.rules import shard_of
from duologue.people.timeline import names
from duologue.platform.database import arrays
from duologue.strategize.dialogues.rules.calendar import is_open
from duologue.strategize.dialogues.rules.context import Context
from duologue.strategize.dialogues.rules.decide import begin, decide
from duologue.strategize.dialogues.rules.parts import BEST, SAME
from duologue.strategize.dialogues.rules.starting import occasion, starts
from duologue.strategize.dialogues.rules.state import Known
from duologue.strategize.segments.queries import memberships

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from duologue.engage.runs.beside import Beside
    from duologue.engage.runs.plans import Version
    from duologue.people.consent.rules import Standing
    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.plan import Plan
    from duologue.strategize.dialogues.rules.state import Decision


@dataclass(slots=True)
class Candidate:
    """Someone who is considered: by being in the audience, or by an event, whose properties the run begins with; or first of all.

    `lot` is what `lots` found of them, None where it has not looked yet; with it come their zone and their address.
    """

    person: int
    profile: int
    shard: int
    start: dict[str, Any] = field(default_factory=dict)
    occasion: str = ""
    is_first: bool = False
    zone: str = ""
    address: str = ""
    lot: str | None = None


def started_by(workspace: Workspace, version: Version, events: Sequence[EventRow]) -> list[Candidate]:
    """Return whom a batch of events brings into a dialogue: triggers, being entered from another dialogue, or joining its audience.

    A trigger counts for those in the audience now. Consent given later, a topic wanted after all, or leaving a segment that is excepted,
    gives another chance to those who were not started for want of it. Where a dialogue keeps a pace, its timetable lets the audience in.
    """
    plan = version.plan
    entered = [_candidate(plan, event) for event in events if event.name == names.DIALOGUE_ENTERED and _leads_to(event, plan)]
    if plan.starts:
        found = [event for event in events if any(starts(trigger, event.name, event.properties, _around(event)) for trigger in plan.starts)]
        return entered + _inside(workspace, plan, [_candidate(plan, event) for event in found])
    if not plan.audience:
        return entered
    joined, again = [], []
    for event in events:
        if joins(event, plan) and not plan.pace:
            joined.append(Candidate(event.person, event.profile_id, event.shard))
        elif _another_chance(event, plan):
            again.append(Candidate(event.person, event.profile_id, event.shard))
    return entered + joined + _inside(workspace, plan, again)


def by_hand(workspace: Workspace, version: Version, persons: Sequence[int], now: datetime) -> list[Candidate]:
    """Return those of the persons who may be started by hand: all who are in the audience."""
    profiles = profiles_of(workspace, persons)
    start = {"at": now.isoformat(), "event": "by hand"}
    found = [Candidate(person, held[0], shard_of(person), dict(start)) for person, held in profiles.items()]
    return _inside(workspace, version.plan, found)


def joins(event: EventRow, plan: Plan) -> bool:
    """Say whether an event brings someone into a dialogue's audience."""
    return event.name == names.SEGMENT_JOINED and event.properties.get("segment") == plan.audience


def _inside(workspace: Workspace, plan: Plan, candidates: list[Candidate]) -> list[Candidate]:
    """Leave out who is not in the audience now."""
    if not candidates or not plan.audience:
        return candidates
    inside = memberships(workspace, sorted({one.person for one in candidates}), {plan.audience})
    return [one for one in candidates if plan.audience in inside.get(one.person, ())]


def _leads_to(event: EventRow, plan: Plan) -> bool:
    """Say whether an event enters this dialogue; one that someone came through on the way here is not entered again."""
    return event.properties.get("dialogue") == plan.dialogue and plan.dialogue not in event.properties.get("way", ())


def _another_chance(event: EventRow, plan: Plan) -> bool:
    if event.name == names.CONSENT_GRANTED:
        return event.properties.get("purpose") == plan.purpose
    if event.name == names.FACT_CHANGED:
        if ages.WEIGHED & event.properties.keys():
            return True
        return bool(plan.topic) and event.properties.get(topic_fact(plan.topic)) is True
    return event.name == names.SEGMENT_LEFT and event.properties.get("segment") in plan.excepts


def _around(event: EventRow) -> Context:
    return Context(Known(event.person, event.profile_id), {"start": event.properties}, event.occurred_at)


def _candidate(plan: Plan, event: EventRow) -> Candidate:
    start = {**event.properties, "at": event.occurred_at.isoformat(), "event": event.name}
    return Candidate(event.person, event.profile_id, event.shard, start, occasion(plan, start))


def admit(*, workspace: Workspace, version: Version, candidates: Sequence[Candidate], now: datetime, watermark: datetime) -> int:
    """Consider people for a dialogue, write the verdicts, begin the runs; return how many began.

    Where there is a limit of money, they begin in order until it does not suffice for what the next one is given at once; nobody after
    them begins. A handful of queries whatever the number. Must be called inside a transaction.
    """
    latest = list({(one.person, one.occasion): one for one in candidates}.values())
    if not latest or not is_open(version.plan, workspace.timezone, now):
        return 0
    purse = purse_of(workspace, version)
    others, began = (latest, 0) if purse is not None else _admit_alike(workspace, version, latest, now, watermark)
    return began + _admit_others(workspace, version, others, now, watermark, purse) if others else began


def admit_by_parts(
    *,
    workspace: Workspace,
    version: Version,
    persons: Sequence[int],
    read: Callable[[Sequence[int]], Sequence[Candidate]],
    now: datetime,
    watermark: datetime,
    threads: Beside,
) -> tuple[int, int]:
    """Let the threads read who some people are and admit them, part by part; return how many were considered, and how many began.

    Most begin in transactions of the threads: only for people who are passed over once they have a verdict, and without a limit of money.
    """
    if not is_open(version.plan, workspace.timezone, now):
        return 0, 0

    def part(some: Sequence[int]) -> tuple[int, int, Sequence[Candidate]]:
        candidates = read(some)
        others, began = _admit_alike(workspace, version, candidates, now, watermark) if candidates else ([], 0)
        return len(candidates), began, others

    found = threads.each(part, persons)
    considered, began = sum(many for many, _, _ in found), sum(many for _, many, _ in found)
    others = [one for _, _, those in found for one in those]
    return considered, began + (_admit_others(workspace, version, others, now, watermark, None) if others else 0)


def _admit_alike(
    workspace: Workspace, version: Version, candidates: Sequence[Candidate], now: datetime, watermark: datetime
) -> tuple[Sequence[Candidate], int]:
    """Admit those about whom nothing is special; return the others, and how many began."""
    alike = sort_out(workspace, version, candidates, now, watermark)
    _write_verdicts(workspace, version.dialogue, alike.verdicts, now, first=True)
    return alike.others, begin_alike(workspace=workspace, version=version, kinds=alike.kinds, now=now)


def _admit_others(  # noqa: PLR0917 - all that settles whether someone begins
    workspace: Workspace, version: Version, candidates: Sequence[Candidate], now: datetime, watermark: datetime, purse: Purse | None
) -> int:
    """Weigh these people one by one, and begin for whom it may; return how many began."""
    stand = _standing(workspace, version.plan, candidates)
    judged = _judge(workspace, version, candidates, now, purse, stand)
    beginning = _beginnings(workspace, version, [one for one, verdict in judged if verdict.start], now, watermark, stand)
    if purse is not None and (too_dear := next((one for one in beginning if not purse.pays_for(one.decision)), None)) is not None:
        cut = candidates.index(too_dear.candidate)
        purse.left = 0
        judged = [*judged[:cut], *_judge(workspace, version, candidates[cut:], now, purse, stand)]
        beginning = beginning[: beginning.index(too_dear)]
    said = {one.person: (verdict.verdict, verdict.reason) for one, verdict in judged if verdict.verdict is not None}
    _write_verdicts(workspace, version.dialogue, said, now)
    end_runs(workspace, [verdict.ends for _, verdict in judged if verdict.ends is not None], "restarted", now)
    return _begin(workspace, version, beginning, now)


def consider(workspace: Workspace, version: Version, candidates: Sequence[Candidate], now: datetime) -> list[tuple[Candidate, Verdict]]:
    """Return what would become of each of these people, and write nothing."""
    stand = _standing(workspace, version.plan, candidates)
    return _judge(workspace, version, candidates, now, purse_of(workspace, version), stand)


def _standing(workspace: Workspace, plan: Plan, candidates: Sequence[Candidate]) -> dict[int, Standing] | None:
    """Return where these people stand, once for all that asks it; None where a plan needs nobody's consent to begin."""
    known = purposes(workspace)
    asks = plan.purpose in known and known[plan.purpose].basis == "consent" and not admission.asks_for_consent(plan)
    return standing(workspace, [one.person for one in candidates]) if asks else None


def _judge(  # noqa: PLR0917 - all that settles whether someone begins
    workspace: Workspace,
    version: Version,
    candidates: Sequence[Candidate],
    now: datetime,
    purse: Purse | None,
    stand: Mapping[int, Standing] | None,
) -> list[tuple[Candidate, Verdict]]:
    persons = [one.person for one in candidates]
    excepted = _excepted(workspace, version.plan, persons)
    barred = dict.fromkeys(persons, admission.SPENT if purse is not None and purse.is_empty else "")
    if version.plan.topic and version.plan.kind == "promotion":
        barred |= dict.fromkeys(declining(workspace, persons, version.plan.topic), admission.DECLINED)
    barred |= dict.fromkeys(excepted, admission.EXCEPTED)
    pasts, first = _pasts(workspace, version, candidates)
    means = _means(workspace, version.plan, persons, stand)
    return [
        (
            one,
            admission.judge(
                version.plan,
                first[one.person],
                workspace.seed,
                pasts[one.person, one.occasion],
                means[one.person],
                now,
                barred=barred[one.person],
            ),
        )
        for one in candidates
    ]


def _excepted(workspace: Workspace, plan: Plan, persons: Sequence[int]) -> set[int]:
    """Return those who are in a segment that the dialogue leaves out."""
    return {person for person, inside in memberships(workspace, persons, plan.excepts).items() if inside} if plan.excepts else set()


def _pasts(workspace: Workspace, version: Version, candidates: Sequence[Candidate]) -> tuple[dict[tuple[int, str], Past], dict[int, int]]:
    profiles = profiles_of(workspace, {one.person for one in candidates})
    owner = {profile: person for person, held in profiles.items() for profile in held}
    profile_ids = arrays.numbers(owner)
    verdicts: dict[int, set[str]] = defaultdict(set)
    under_way: dict[tuple[int, str], int] = {}
    ended: dict[int, datetime] = {}
    has_run: set[tuple[int, str]] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person, verdict FROM engage_admission WHERE workspace_id = %s AND dialogue_id = %s AND person = ANY(%s::bigint[])",
            (workspace.pk, version.dialogue, profile_ids),
        )
        for number, verdict in cursor.fetchall():
            verdicts[owner[number]].add(verdict)
        cursor.execute(
            """SELECT profile_id, occasion, id, under_way, ended_at FROM engage_run
               WHERE workspace_id = %s AND dialogue_id = %s AND profile_id = ANY(%s::bigint[])""",
            (workspace.pk, version.dialogue, profile_ids),
        )
        for profile, occasion, run, is_under_way, ended_at in cursor.fetchall():
            person = owner[profile]
            has_run.add((person, occasion))
            if is_under_way:
                under_way[person, occasion] = run
            elif ended_at is not None:
                ended[person] = max(ended.get(person, ended_at), ended_at)
    any_run = {person for person, _ in has_run}
    per = bool(version.plan.per)
    found = {}
    for one in candidates:
        key = (one.person, one.occasion)
        began = key in has_run if per and version.plan.again == "never" else one.person in any_run
        found[key] = Past(frozenset(verdicts[one.person]), under_way.get(key), ended.get(one.person), began)
    return found, {one.person: profiles.get(one.person, [one.profile])[0] for one in candidates}


def _means(workspace: Workspace, plan: Plan, persons: Sequence[int], stand: Mapping[int, Standing] | None) -> dict[int, Means]:
    """Find out by which channels of the plan each person can and may be reached."""
    here, spoken = registry.names(), admission.channels_of(plan)
    channels = [channel for channel in sorted(here) if channel in spoken or {SAME, BEST} & set(spoken)]
    if not channels:
        return dict.fromkeys(persons, Means())
    reach: dict[int, tuple[bool, bool, bool, bool]] = dict.fromkeys(persons, (False, False, False, False))
    for channel in channels:  # a plan has a handful of channels
        found = addresses(workspace, persons, KIND_OF.get(channel, channel))
        barred = suppressed(workspace, channel, set(found.values()))
        for person, address in found.items():
            free = address not in barred
            may = free and (stand is None or stand[person].may(channel, plan.purpose))
            young = free and not may and stand is not None and stand[person].lacks_parent(channel, plan.purpose)
            before = reach[person]
            reach[person] = (True, before[1] or free, before[2] or may, before[3] or young)
    return {person: Means(*values) for person, values in reach.items()}


VERDICTS: Final = """
INSERT INTO engage_admission AS a (workspace_id, dialogue_id, person, verdict, reason, at, decided_at)
SELECT %s, %s, n.person, n.verdict, n.reason, %s, %s FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n (person, verdict, reason)"""
BESIDE_OTHERS: Final = f"""{VERDICTS}
ON CONFLICT (workspace_id, dialogue_id, person) DO UPDATE
    SET verdict = excluded.verdict, reason = excluded.reason, decided_at = excluded.decided_at WHERE a.verdict = 'not_started'"""


def _write_verdicts(
    workspace: Workspace, dialogue: int, said: Mapping[int, tuple[str, str]], now: datetime, *, first: bool = False
) -> None:
    """Write (verdict, reason) by person: who is held out or admitted stays so; one that was not started may still be.

    `first` says that nobody of them had a verdict a moment ago.
    """
    if not said:
        return
    said = dict(sorted(said.items()))  # two that write about the same people wait for each other in one order
    columns = (
        arrays.numbers(said),
        arrays.texts(verdict for verdict, _ in said.values()),
        arrays.texts(reason for _, reason in said.values()),
    )
    values = (workspace.pk, dialogue, now, now, *columns)
    with connection.cursor() as cursor:
        if first:
            with suppress(IntegrityError), transaction.atomic():  # hardly ever is there another, and looking for one costs as much again
                cursor.execute(VERDICTS, values)
                return
        cursor.execute(BESIDE_OTHERS, values)


def end_runs(workspace: Workspace, runs: Sequence[int], reason: str, now: datetime) -> None:
    """End runs whatever they wait for, and withhold what is still queued for them."""
    if not runs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE engage_run SET under_way = false, ended_reason = %s, ended_at = %s, wake_at = NULL
               WHERE workspace_id = %s AND id = ANY(%s) AND under_way RETURNING dialogue_id, id""",
            (reason, now, workspace.pk, list(runs)),
        )
        ended = cursor.fetchall()
    withdraw(workspace=workspace, turns=[(dialogue, run, 1, LAST) for dialogue, run in ended], now=now)


@dataclass(slots=True, frozen=True)
class Beginning:
    """A run that may begin, and what was decided for its first moment; nothing of it is written yet."""

    candidate: Candidate
    row: RunRow
    decision: Decision


def _beginnings(  # noqa: PLR0917 - all that a first decision hangs on
    workspace: Workspace,
    version: Version,
    candidates: Sequence[Candidate],
    now: datetime,
    watermark: datetime,
    stand: Mapping[int, Standing] | None,
) -> list[Beginning]:
    if not candidates:
        return []
    known: Mapping[int, Known] = know(
        workspace, {one.person: one.profile for one in candidates}, [version], [one.start for one in candidates], stand=stand
    )
    found = []
    for run, one in zip(table.new_ids(len(candidates)), candidates, strict=True):
        state = begin(version.plan, run_key=run, at=now, start=one.start or None, is_first=one.is_first)
        decision = decide(version.plan, state, known[one.person], (), now, watermark, seed=workspace.seed)
        row = RunRow(run, version.dialogue, version.id, one.person, one.profile, one.shard, one.occasion, None, state)
        found.append(Beginning(one, row, decision))
    return found


def _begin(workspace: Workspace, version: Version, beginning: Sequence[Beginning], now: datetime) -> int:
    """Begin runs; return how many did."""
    if not beginning:
        return 0
    started = [Moved(one.row, one.decision.state, one.decision.wake_at, one.decision.ended) for one in beginning]
    written = table.insert(workspace, started, now)
    begun = [(one.row, version, one.decision) for one in beginning if one.row.id in written]
    write_down(workspace, begun, now)
    return len(begun)
