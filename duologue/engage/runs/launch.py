"""The launch sheet: before a dialogue is started, what would become of everyone in its audience, by the rules that will decide it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from duologue.engage.messages.claims import paces_of, received_by, weigh_standing
from duologue.engage.messages.rules.gate import Asked, may_we_send
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.runs.actions import NotPossible, count_first
from duologue.engage.runs.admissions import Candidate, consider
from duologue.engage.runs.coming import coming
from duologue.engage.runs.moving import current_version
from duologue.engage.runs.plain import count_plain
from duologue.engage.runs.rules.admission import HELD_OUT
from duologue.people.consent.queries import declining, standing, wishes
from duologue.people.profiles.queries import profiles_of
from duologue.people.profiles.rules import shard_of
from duologue.strategize.segments.queries import each_member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from duologue.engage.runs.coming import Coming
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 5000
SOON: Final = timedelta(days=1)
NEVER_LATE: Final = timedelta(days=36_500)  # who must wait is to be told so, however long


@dataclass(slots=True)
class LaunchSheet:
    """What would become of an audience: `people` = `now` + all of `later` + all of `never`, each person counted once.

    `later` holds what they wait for (cap, complaint, snoozed), `never` why they hear nothing (held_out, had_it, excepted, no_address,
    suppressed, no_consent, needs_parent, declined_topic); `also` how many of those who would hear of it hear from another dialogue
    within a day.
    """

    people: int = 0
    now: int = 0
    later: Counter[str] = field(default_factory=Counter)
    never: Counter[str] = field(default_factory=Counter)
    also: Counter[str] = field(default_factory=Counter)


def launch_sheet(*, workspace: Workspace, name: str, now: datetime, told: Callable[[float], None] = lambda _people: None) -> LaunchSheet:
    """Return what would become of a dialogue's audience if it were started now. Raises NotPossible where it has none.

    An audience that was never counted as it now reads is counted first; nothing else is written.
    """
    version = current_version(workspace, name)
    plan = version.plan
    if not plan.audience:
        raise NotPossible(f"The dialogue {name} names no audience: whoever meets its triggers begins it, so there is nobody to count yet.")
    for segment in (plan.audience, *plan.excepts):
        count_first(workspace, segment, now)
    sheet = LaunchSheet()
    others = coming(workspace, version.dialogue, now, now + SOON)
    for persons in _to_weigh(sheet, workspace, version, others, now, told):
        _weigh(sheet, workspace, version, others, persons, now)
        told(len(persons))
    return sheet


def _to_weigh(  # noqa: PLR0917 - all that the count hangs on
    sheet: LaunchSheet, workspace: Workspace, version: Version, others: Coming, now: datetime, told: Callable[[float], None]
) -> Iterator[Sequence[int]]:
    """Note all those about whom nothing is special, counted by the database, and yield the others by the page."""
    counted = count_plain(workspace, version, surroundings(workspace).caps, others, now=now)
    if counted is None:
        yield from each_member(workspace, version.plan.audience, at_once=AT_ONCE)
        return
    sheet.now, sheet.never, sheet.also = counted.now, counted.never, counted.also
    sheet.people = counted.now + counted.never.total()
    told(sheet.people)
    yield from (counted.special[place : place + AT_ONCE] for place in range(0, len(counted.special), AT_ONCE))


def _weigh(  # noqa: PLR0917 - all that the sheet hangs on
    sheet: LaunchSheet, workspace: Workspace, version: Version, others: Coming, persons: Sequence[int], now: datetime
) -> None:
    """Add a batch of people to the sheet, in a handful of queries."""
    profiles = profiles_of(workspace, persons)
    candidates = [Candidate(person, profiles[person][0], shard_of(person)) for person in persons if person in profiles]
    sheet.people += len(candidates)
    begin: list[int] = []
    for one, verdict in consider(workspace, version, candidates, now):
        if verdict.start:
            begin.append(one.person)
        elif verdict.verdict is None:
            sheet.never["had_it"] += 1
        else:
            sheet.never[verdict.reason or HELD_OUT if verdict.verdict != HELD_OUT else HELD_OUT] += 1
    free = _free(sheet, workspace, version, begin, now)
    sheet.now += len(free)
    sheet.also.update(others.heard_by(free))


def _free(sheet: LaunchSheet, workspace: Workspace, version: Version, persons: Sequence[int], now: datetime) -> list[int]:
    """Return whom the gate would let hear of it now; note what the others would wait for."""
    plan, caps = version.plan, surroundings(workspace).caps
    paces = paces_of(wishes(workspace, persons))
    received = received_by(workspace, persons, (*caps, *paces.values()), now)
    stand = standing(workspace, persons)
    first = plan.turns[plan.start]
    channel = next(iter(first.by), "email")
    declined = declining(workspace, persons, first.topic) if first.topic else set()
    free = []
    for person in persons:
        asked = Asked(plan.kind, "", channel, too_late_at=now + NEVER_LATE, opens_at=now, address="known", received=received[person])
        asked.pace = paces.get(person)
        asked.declined = person in declined
        weigh_standing(asked, stand[person], plan.purpose, now)
        verdict = may_we_send(asked, caps, now)
        if verdict.answer == "now":
            free.append(person)
            continue
        if verdict.answer == "never":
            sheet.never[verdict.why] += 1
            continue
        because = {pause.because for pause in stand[person].pauses if pause.holds(now)}
        sheet.later["complaint" if "complaint" in because else "snoozed" if because else verdict.why] += 1
    return free
