"""A dialogue as checked: what `read` makes of the text, kept as JSON in its published version."""

from __future__ import annotations

from typing import Any

import msgspec

from duologue.kit.money import Money  # noqa: TC001 - read at run time, for JSON
from duologue.kit.typed import as_json


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """When: after a while, at a time of day, or in relation to a moment found at a path (or a date as written).

    `late` is what happens when that moment has passed on arrival: "now", or the name of a turn. `at` may be "best". With a
    `path` the while is the number found there, in `unit`, `times` over, between `least` and `most`.
    """

    duration: str = ""
    path: str = ""
    unit: str = "d"
    times: float = 1.0
    least: str = ""
    most: str = ""
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
    """What starts a run.

    kind             name
    event            the event's
    joins, leaves    the segment's
    granted          the purpose's
    replied          the intent, or any
    placement        the placement's, or any
    by_hand          none
    date             the path of a date; `every` year, month or empty; `before` or `after` it; `at` a time of day
    at               none; `at` is a day and a time
    every            none; `every` is an RRULE, `at` a time of day
    """

    kind: str
    name: str = ""
    where: dict[str, Any] = {}
    every: str = ""
    before: str = ""
    after: str = ""
    at: str = ""

    @property
    def is_timed(self) -> bool:
        """Say whether the calendar starts it, not something that happened."""
        return self.kind in {"date", "at", "every"}


class Pace(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many may begin on a day: `first` on the first one; with `doubling` twice as many after each such while, up to `most`."""

    first: int
    doubling: str = ""
    most: int = 0


class WarmUp(Pace, frozen=True, omit_defaults=True):
    """How many letters a day may leave while a domain is new: `per` sending domain, or per receiving one too."""

    per: str = "receiving"


class First(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many begin before all others, who come `hold` after the last of them."""

    people: int
    hold: str


class StopIf(msgspec.Struct, frozen=True, omit_defaults=True):
    """Shares of the letters that arrived, above which a dialogue pauses itself, once `least` of them have; 0 is no limit."""

    bounced: float = 0.0
    reported: float = 0.0
    left: float = 0.0
    least: int = 50


class Trial(msgspec.Struct, frozen=True, omit_defaults=True):
    """Variants of a message of which a `share` of people get one each; the others get, `hold` later, the one that did best."""

    of: tuple[str, ...]
    share: float
    hold: str
    by: str = "responses"


class Arm(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way of an experiment, and the share of people, between 0 and 1, who go it."""

    share: float
    then: str


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
    """One step. `does` is one of `turns.DOES`; the fields of the others stay empty.

    by, window, clock, kind, purpose and topic are already filled from the dialogue's defaults. `team` is told or handed over to;
    `call` names a webhook, `brings` is what it is sent, `enters` names a dialogue.
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
    test: Trial | None = None
    arms: tuple[Arm, ...] = ()
    settle: str = "never"
    call: str = ""
    brings: dict[str, Any] = {}
    enters: str = ""
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
    arrives: Moment | None = None
    listen: tuple[Line, ...] = ()
    then: str | None = None
    was: str = ""
    note: str = ""

    @property
    def speaks(self) -> bool:
        """Say whether this turn sends something to the person."""
        return self.does in {"say", "ask", "give"}


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dialogue. `holdout` is a share between 0 and 1; `again` is never, always or a duration since the last run's end.

    `opens` and `closes` are the first and the last day on which runs begin, as ISO dates. The calendar's starts are read on `clock`.
    """

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
    excepts: tuple[str, ...] = ()
    starts: tuple[Trigger, ...] = ()
    per: str = ""
    if_underway: str = "ignore"
    again: str = "never"
    opens: str = ""
    closes: str = ""
    pace: Pace | None = None
    first: First | None = None
    stop_if: StopIf | None = None
    warm_up: WarmUp | None = None
    archive: bool = False
    clock: str = "person"
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
