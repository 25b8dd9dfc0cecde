"""Beginning a dialogue at once for all who are alike: decided once for each kind of people, written in a few statements.

Two people about whom nothing is special are of one kind where they live in one zone and begin with the same, as long as nothing else
is asked about them. Where chance is asked, which knows a person's number alone, each is decided for, and those for whom the same
follows are of one kind. Who cannot be decided for so is weighed and decided for one by one (`admissions`), with the same outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.engage.channels import registry
from duologue.engage.messages.alike import plan_alike
from duologue.engage.runs import rows as table
from duologue.engage.runs import rows_alike
from duologue.engage.runs.described import described_here, named_by
from duologue.engage.runs.experiments import outcomes
from duologue.engage.runs.knowledge import AsksAbout
from duologue.engage.runs.lots import MAY, SPECIAL, look_up
from duologue.engage.runs.rows import Moved, RunRow
from duologue.engage.runs.rules.admission import ADMITTED, HELD_OUT, NOT_STARTED, held_out
from duologue.engage.runs.steps import delivery
from duologue.strategize.dialogues.rules.decide import begin, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from duologue.engage.runs.admissions import Candidate
    from duologue.engage.runs.plans import Version
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.state import Decision

NOBODY: Final = 0
_written = msgspec.json.Encoder(enc_hook=str).encode


class Somebody:
    """Stands for all of one kind. Only what they share may be asked, and their number where `profile` is given; the rest AsksAbout.

    A plan that speaks by one channel takes that one, whoever is reachable by it: the gate has the last word.
    """

    reachable: frozenset[str] = frozenset()

    def __init__(self, shared: Mapping[str, Any], zone: str, profile: int | None = None) -> None:
        self.__dict__.update(shared, zone=zone)
        if profile is not None:
            self.profile = profile

    def __getattr__(self, name: str) -> Any:
        raise AsksAbout(name)


@dataclass(slots=True)
class Kind:
    """People for whom the same follows, and what their rows share."""

    row: RunRow  # of nobody: its numbers are none
    decision: Decision
    people: list[Candidate] = field(default_factory=list)


@dataclass(slots=True)
class Alike:
    """What becomes of those about whom nothing is special: (verdict, reason) by person, and who begins; the `others` are left."""

    verdicts: dict[int, tuple[str, str]] = field(default_factory=dict)
    kinds: list[Kind] = field(default_factory=list)
    others: list[Candidate] = field(default_factory=list)


def sort_out(workspace: Workspace, version: Version, candidates: Sequence[Candidate], now: datetime, watermark: datetime) -> Alike:
    """Say what becomes of those who are alike, and write nothing."""
    kind_of = _deciding(workspace, version, now, watermark)
    try:
        kind_of(candidates[0], candidates[0].person)
    except AsksAbout:
        return Alike(others=list(candidates))
    if not look_up(workspace, version, candidates):
        return Alike(others=list(candidates))
    found = Alike()
    may = [one for one in candidates if one.lot == MAY]
    found.others = [one for one in candidates if one.lot == SPECIAL]
    found.verdicts = {one.person: (NOT_STARTED, one.lot) for one in candidates if one.lot and one.lot != SPECIAL}
    try:
        found.kinds = _kinds(_not_held_out(workspace, version, may, found), kind_of)
    except AsksAbout:  # where runs begin with different things, another may ask for more than the first
        return Alike(others=list(candidates))
    for kind in found.kinds:
        found.verdicts.update(dict.fromkeys([one.person for one in kind.people], (ADMITTED, "")))
    return found


def _not_held_out(workspace: Workspace, version: Version, may: list[Candidate], found: Alike) -> list[Candidate]:
    plan = version.plan
    if not plan.holdout:
        return may
    drawn = held_out(plan.dialogue, [one.person for one in may], workspace.seed, plan.holdout)
    found.verdicts.update((one.person, (HELD_OUT, "")) for one, is_held in zip(may, drawn, strict=True) if is_held)
    return [one for one, is_held in zip(may, drawn, strict=True) if not is_held]


def _deciding(workspace: Workspace, version: Version, now: datetime, watermark: datetime) -> Callable[..., Kind]:
    """Return what decides for somebody in a zone, whose number may be asked where it is given too. It raises AsksAbout."""
    shared = {
        "channels": registry.names(),
        "workspace_zone": workspace.timezone,
        "settled": outcomes(workspace, {version.dialogue} if version.reads.settles else set()),
        "described": described_here(workspace, version.reads.described),
    }

    def kind_of(one: Candidate, profile: int | None = None) -> Kind:
        state = begin(version.plan, run_key=NOBODY, at=now, start=one.start or None, is_first=one.is_first)
        somebody: Any = Somebody(shared, one.zone or workspace.timezone, profile)
        decision = decide(version.plan, state, somebody, (), now, watermark, seed=workspace.seed)
        if _is_more_than_words(decision):
            raise AsksAbout
        return Kind(RunRow(NOBODY, version.dialogue, version.id, NOBODY, NOBODY, 0, "", None, state), decision)

    return kind_of


def _kinds(going: Sequence[Candidate], kind_of: Callable[..., Kind]) -> list[Kind]:
    """Return the kinds of these people."""
    try:
        return _by_zone(going, kind_of)
    except AsksAbout:
        return _by_outcome(going, kind_of)


def _is_more_than_words(decision: Decision) -> bool:
    """Say whether something follows that is written otherwise than as a run, its steps and what it says to people."""
    more = decision.gives or decision.learns or decision.calls or decision.enters or decision.hand_over is not None
    return bool(more) or any(say.team is not None for say in decision.says)


def _by_zone(going: Sequence[Candidate], kind_of: Callable[..., Kind]) -> list[Kind]:
    """Decide once for each zone and beginning."""
    kinds: dict[tuple[str, bytes, bool], Kind] = {}
    for one in going:
        key = (one.zone, _written(one.start) if one.start else b"", one.is_first)
        if (kind := kinds.get(key)) is None:
            kind = kinds[key] = kind_of(one)
        kind.people.append(one)
    return list(kinds.values())


def _by_outcome(going: Sequence[Candidate], kind_of: Callable[..., Kind]) -> list[Kind]:
    """Decide for each, and put together those for whom the same follows."""
    kinds: dict[bytes, Kind] = {}
    for one in going:
        found = kind_of(one, one.person)
        kinds.setdefault(_written(found.decision), found).people.append(one)
    return list(kinds.values())


def begin_alike(*, workspace: Workspace, version: Version, kinds: Sequence[Kind], now: datetime) -> int:
    """Begin the runs of all these kinds and plan what they say, in four statements; return how many began."""
    count = sum(len(kind.people) for kind in kinds)
    if not count:
        return 0
    numbered = rows_alike.numbered(table.new_ids(count), [kind.people for kind in kinds])
    moved = [Moved(kind.row, kind.decision.state, kind.decision.wake_at, kind.decision.ended) for kind in kinds]
    numbered = rows_alike.insert(workspace, moved, numbered, now)
    rows_alike.append_steps(workspace, moved, [kind.decision.steps for kind in kinds], numbered)
    described = described_here(workspace, named_by(kind.row.state.data.get("start") or {} for kind in kinds))
    said = [
        (number, delivery(kind.row, version, say, kind.decision.state.data, described))
        for number, kind in enumerate(kinds)
        for say in kind.decision.says
    ]
    plan_alike(workspace=workspace, deliveries=said, each=numbered, now=now)
    return len(numbered.runs)
