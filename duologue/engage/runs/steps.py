"""Deciding for many runs at once, and writing all that follows in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duologue.engage.conversations.actions import NewHandOver, hand_over_all
from duologue.engage.messages.actions import NewDelivery, withdraw
from duologue.engage.messages.actions import plan as plan_deliveries
from duologue.engage.perks.actions import PerkRequest, reserve
from duologue.engage.perks.lives import issue
from duologue.engage.runs import rows as table
from duologue.engage.runs.described import about, described_here, named_by
from duologue.engage.runs.entering import tell_entered
from duologue.engage.runs.knowledge import NOT_ASKED, AsksAbout, know
from duologue.engage.runs.plans import Version, versions
from duologue.engage.runs.rows import Moved, RunRow
from duologue.engage.runs.telling import to_teams
from duologue.engage.webhooks.actions import NewCall, call_all
from duologue.people.profiles.actions import NewFact, learn
from duologue.strategize.dialogues.rules.decide import decide
from duologue.strategize.dialogues.rules.state import LISTENING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from duologue.engage.runs.described import Described
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.state import Call, Decision, Heard, Known, Say

GOAL = "goal"


@dataclass(slots=True)
class Work:
    """What a batch of decisions leaves to be written."""

    moved: list[Moved] = field(default_factory=list)
    decided: list[tuple[RunRow, Version, Decision]] = field(default_factory=list)


def advance(
    workspace: Workspace, runs: Sequence[RunRow], responses: Mapping[int, Sequence[Heard]], now: datetime, watermark: datetime
) -> int:
    """Decide for each run with what it has heard (possibly nothing), write everything, and return how many changed.

    Must be called inside the transaction that locked the runs.
    """
    work = consider(workspace, runs, responses, now, watermark)
    table.put_back(workspace, work.moved, now)
    write_down(workspace, work.decided, now)
    return len(work.moved)


def consider(
    workspace: Workspace, runs: Sequence[RunRow], responses: Mapping[int, Sequence[Heard]], now: datetime, watermark: datetime
) -> Work:
    """Decide for each run; those that stay exactly as they were are left out."""
    read = versions(workspace, {row.version for row in runs})
    work = Work()

    def decision_of(row: RunRow, person: Known) -> Decision:
        heard = responses.get(row.id, ())
        return decide(read[row.version].plan, row.state, person, heard, now, watermark, seed=workspace.seed)

    for row, decision in zip(runs, _decisions(workspace, runs, read, decision_of), strict=True):
        if decision.ended is None and not decision.says and decision.wake_at == row.wake_at and decision.state == row.state:
            continue
        work.moved.append(Moved(row, decision.state, decision.wake_at, decision.ended))
        work.decided.append((row, read[row.version], decision))
    return work


def _decisions(
    workspace: Workspace, runs: Sequence[RunRow], read: Mapping[int, Version], decision_of: Callable[[RunRow, Known], Decision]
) -> list[Decision]:
    """Decide for each run. Only those persons are looked up about whom a turn asks; most turns wait, and ask nothing."""
    found: dict[int, Decision] = {}
    asking: set[tuple[int, str]] = set()
    for row in runs:
        place = (row.version, row.state.turn)
        if place not in asking:
            try:
                found[row.id] = decision_of(row, NOT_ASKED)
            except AsksAbout:
                asking.add(place)
    left = [row for row in runs if row.id not in found]
    if left:
        asked = [read[number] for number in {row.version for row in left}]
        known = know(workspace, {row.person: row.profile for row in left}, asked, [row.state.data for row in left])
        found |= {row.id: decision_of(row, known[row.person]) for row in left}
    return [found[row.id] for row in runs]


def write_down(workspace: Workspace, decided: Sequence[tuple[RunRow, Version, Decision]], now: datetime) -> None:
    """Write what decisions ask for: steps, deliveries, perks, facts, conversations; and withdraw what is overtaken."""
    table.append_steps(workspace, [(row, step) for row, _, decision in decided for step in decision.steps])
    withdraw(workspace=workspace, turns=_overtaken(decided), now=now)
    roots = named_by(decision.state.data.get("start") or {} for _, _, decision in decided if decision.says)
    described = described_here(workspace, roots) if roots else {}
    said = [
        (say, delivery(row, version, say, decision.state.data, described)) for row, version, decision in decided for say in decision.says
    ]
    to_people = [planned for say, planned in said if say.team is None]
    told = to_teams(workspace, [(say.team, planned) for say, planned in said if say.team is not None])
    plan_deliveries(workspace=workspace, deliveries=[*to_people, *told], now=now)
    _give(workspace, decided, now)
    facts = [
        NewFact(row.profile, key, value, f"dialogue {version.plan.dialogue}", now)
        for row, version, decision in decided
        for key, value in decision.learns
    ]
    if facts:
        learn(workspace=workspace, facts=facts, now=now)
    handed = [new_hand_over(row, decision) for row, _, decision in decided if decision.hand_over is not None]
    if handed:
        hand_over_all(workspace=workspace, hand_overs=handed, now=now)
    tell_entered(workspace=workspace, decided=decided, now=now)
    call_all(workspace=workspace, calls=[new_call(row, version, call) for row, version, made in decided for call in made.calls], now=now)


def delivery(row: RunRow, version: Version, say: Say, data: dict[str, Any], described: Described) -> NewDelivery:
    """Return the delivery that a turn plans, with the versions that the dialogue pins."""
    return NewDelivery(
        person=row.person,
        profile_id=row.profile,
        shard=row.shard,
        channel=say.channels[0] if say.channels else "email",
        purpose=say.purpose,
        due_at=say.due_at,
        too_late_at=say.too_late_at,
        run_id=row.id,
        dialogue_id=row.dialogue,
        turn=say.turn,
        seq=say.seq,
        message=say.message,
        message_number=version.pin("messages", say.message),
        survey=say.survey,
        survey_number=version.pin("surveys", say.survey),
        consent=say.consent,
        gives=[(offer, version.pin("offers", offer)) for offer in say.gives],
        topic=say.topic,
        kind=say.kind,
        variant=say.variant,
        issue=_issue(version, say, data),
        window=say.window,
        zone=say.zone,
        values=_values(data, described),
        conditional=bool(version.plan.turns[say.turn].only_if),
    )


def _issue(version: Version, say: Say, data: dict[str, Any]) -> str:
    """Return which issue of a newsletter a test belongs to: the day of the calendar that started the run, empty where none did."""
    timed = any(trigger.is_timed for trigger in version.plan.starts)
    return str((data.get("start") or {}).get("day", "")) if say.variant and timed else ""


def _values(data: dict[str, Any], described: Described) -> dict[str, Any]:
    """Return what a message may name of its run: its beginning, answers of people and programs, its occasion and placement."""
    return {**{key: data[key] for key in ("start", "answer", "call") if data.get(key)}, **about(data.get("start") or {}, described)}


def new_call(row: RunRow, version: Version, call: Call) -> NewCall:
    """Return the call of a webhook that a turn makes."""
    return NewCall(call.webhook, row.profile, row.id, version.plan.dialogue, call.turn, call.seq, call.payload)


def new_hand_over(row: RunRow, decision: Decision) -> NewHandOver:
    """Return the conversation that a decision hands to a team."""
    handed = decision.hand_over
    assert handed is not None
    return NewHandOver(
        person=row.person,
        profile=row.profile,
        team=handed.team,
        brief=handed.brief,
        priority=handed.priority,
        due_at=handed.due_at,
        pause=handed.pause,
        run=row.id,
        run_seq=handed.seq,
    )


def _give(workspace: Workspace, decided: Sequence[tuple[RunRow, Version, Decision]], now: datetime) -> None:
    """Give at once what is given without a message."""
    requests = [
        PerkRequest(offer, row.person, row.profile, row.id, decision.state.seq, version.pin("offers", offer))
        for row, version, decision in decided
        for offer in decision.gives
    ]
    if requests:
        given = [answer.perk for answer in reserve(workspace=workspace, requests=requests, now=now) if answer.perk]
        issue(workspace=workspace, perks=given, now=now)


def _overtaken(decided: Sequence[tuple[RunRow, Version, Decision]]) -> Iterator[tuple[int, int, int, int]]:
    """Yield what no longer holds, as (dialogue, run, first seq, last seq), where it still waits to be sent.

    That is the message of a turn that its run has left; all of them where the goal is reached, or where a response or
    silence has ended the run. What a plan says on its way to its end is sent.
    """
    for row, version, decision in decided:
        if not version.speaks or not decision.steps:
            continue
        seq = row.state.seq
        is_over = decision.ended is not None and row.state.phase == LISTENING
        if is_over or any(step.heard == GOAL for step in decision.steps):
            yield row.dialogue, row.id, 1, seq
        elif any(step.seq == seq and step.turn in version.speaks for step in decision.steps):
            yield row.dialogue, row.id, seq, seq
