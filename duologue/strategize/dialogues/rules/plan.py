"""A dialogue as checked: what `read` makes of the text, kept as JSON in its published version."""

from __future__ import annotations

from typing import Any

import msgspec

from duologue.kit.money import Money  # noqa: TC001 - read at run time, for JSON
from duologue.kit.typed import as_json


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """When: after a while, at a time of day, or in relation to a moment found at a path (or a date as written).

    `late` is what happens when that moment has passed on arrival: "now", or the name of a turn.
    """

    duration: str = ""
    at: str = ""
    until: str = ""
    before: str = ""
    after: str = ""
    on: str = ""
    clock: str = ""
    late: str = "now"


class Goal(msgspec.Struct, frozen=True, omit_defaults=True):
    """The event that a dialogue is for; `within` counts from the run's start, `value` names the property that is money."""

    event: str
    where: dict[str, Any] = {}
    within: str = ""
    value: str = ""
    then: str = "end"


class Trigger(msgspec.Struct, frozen=True, omit_defaults=True):
    """What starts a run. `kind` is event, joins or leaves; `name` the event's or the segment's."""

    kind: str
    name: str
    where: dict[str, Any] = {}


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One possible response and what follows. `what` is "any" or as written; of a silence it is empty and `moment` says when."""

    hears: str
    written: str
    what: Any = None
    moment: Moment | None = None
    where: dict[str, Any] = {}
    learn: dict[str, Any] = {}
    at_most: int | None = None
    then: str | None = None


class Branch(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way on. An empty condition always holds: `otherwise`."""

    then: str
    when: dict[str, Any] = {}


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step. `does` is say, ask, give, branch, learn, wait or hand_over; the fields of the others stay empty.

    by, window, clock, kind, purpose and topic are already filled from the dialogue's defaults.
    """

    name: str
    does: str
    message: str | None = None
    survey: str | None = None
    consent: str | None = None
    gives: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    learn: dict[str, Any] = {}
    wait: Moment | None = None
    team: str = ""
    priority: Any = 5
    within: str = ""
    brief: str = ""
    pause: str = "promotion"
    by: tuple[str, ...] = ()
    kind: str = "promotion"
    purpose: str = ""
    topic: str = ""
    window: str = ""
    clock: str = "person"
    only_if: dict[str, Any] = {}
    otherwise: str | None = None
    too_late: str = "3d"
    listen: tuple[Line, ...] = ()
    then: str | None = None
    was: str = ""
    note: str = ""

    @property
    def speaks(self) -> bool:
        """Say whether this turn sends something to the person."""
        return self.does in {"say", "ask", "give"}


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dialogue. `holdout` is a share between 0 and 1; `again` is never, always or a duration since the last run's end."""

    dialogue: str
    purpose: str
    start: str
    turns: dict[str, Turn]
    about: str = ""
    owner: str = ""
    serves: dict[str, str] = {}
    kind: str = "promotion"
    topic: str = ""
    audience: str = ""
    starts: tuple[Trigger, ...] = ()
    per: str = ""
    if_underway: str = "ignore"
    again: str = "never"
    spend: Money | None = None
    rank: int = 5
    holdout: float = 0.0
    goal: Goal | None = None
    anytime: tuple[Line, ...] = ()


def to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON values, with the order of its turns, which a database's maps do not keep."""
    return {**as_json(plan), "order": list(plan.turns)}


def from_json(data: dict[str, Any]) -> Plan:
    """Return the plan that `to_json` wrote."""
    plan = msgspec.convert(data, Plan)
    return msgspec.structs.replace(plan, turns={name: plan.turns[name] for name in data.get("order", plan.turns)})
