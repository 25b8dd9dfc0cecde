"""The values that go into `decide` and come out of it: shared by the engine, the simulator and the tests.

Structs rather than dataclasses: several are made for each transition, and a frozen dataclass takes eight times as long to make.
They hold no cycles, so Python's search for cycles (`gc`) need not look at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

ARRIVED = "arrived"
SENDING = "sending"
LISTENING = "listening"
HELD = "held"

END = "end"
"""The name of the turn that is no turn; also the reason of a run that came to its planned end."""


class RunState(msgspec.Struct, frozen=True, gc=False):
    """Where a run stands. Never changed in place: `decide` returns a new one.

    `phase`: arrived (nothing done here yet), sending (a message is on its way, silence does not count yet), listening
    (silence counts from `counts_from`), held (by a team). A `wait` listens too, for the moment alone.

    `data` is JSON: "start" (properties of the event it began with), "first" (true where it begins before the others), "answer"
    (question → value), "perk" (offer → {"expires_at", …}), "call" (webhook → what it answered), "turn" (turn → {"at", "channel",
    "accepted_at", "withheld" …}), "response" (the last one heard), and "pending" (responses that must wait until silence is concluded).
    `heard` counts lines taken: see `line_key`.
    `delivered` is {"outcome": accepted|uncertain, "at", "channel"} of the present turn, once known.
    """

    run_key: int
    seq: int
    turn: str
    phase: str
    arrived_at: datetime
    counts_from: datetime | None
    data: dict[str, Any]
    heard: dict[str, int]
    started_at: datetime
    delivered: dict[str, Any] | None = None


class Heard(msgspec.Struct, frozen=True, gc=False):
    """Something the run may listen for. `at` is when it was received; `occurred_at` when it happened.

    kind        value                                       properties
    clicked     the link's name or number                   of the event (only clicks judged human, not the footer's)
    visited     the page's name                             of the event
    replied     the intent                                  intent, words: [str]
    answered    the survey's name                           answers: {question: value}
    redeemed    the offer's name                            of the event
    event       the event's name                            of the event
    joined/left the segment's name
    granted/refused  the purpose                            channel
    snoozed     None
    accepted    None                                        channel, perks: {offer: {expires_at: ISO text, …}}
    uncertain   None                                        channel; `at` is the hand-over
    withheld/failed  the reason                             channel
    ok          None                                        webhook, answer: {…}; `failed` of a call carries webhook too
    scanned/called/attended  the code, number, occasion     of the event
    closed      the outcome of a conversation
    overdue     None

    `turn` and `seq` say which turn of the run it answers; None where it is tied to none.
    One event may be several things heard, in order: first the specific (redeemed), then "event" with its name.
    """

    kind: str
    value: Any
    at: datetime
    occurred_at: datetime
    turn: str | None = None
    seq: int | None = None
    properties: dict[str, Any] = {}


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the plan reads about a person, and nothing else (`plan.reads` says what that is).

    `facts` by key ("first_name", as in the path person.first_name). `may` holds (channel, purpose) pairs that
    standing consent allows, or for which none is needed. `channels` are those with an adapter here; `reachable` those
    by which this person has an address. `events` maps an event's name to what happened: (occurred_at, properties),
    oldest first, for the names that the plan's `did` conditions read. `responds` counts answers by channel; `settled` maps DIALOGUE.TURN to
    the arm that its experiment has settled on; `products` are those of the catalogue that the run's lists name, by key. `described`
    holds what plan files say of occasions and placements: described["occasion"][NAME].
    """

    person: int
    profile: int
    facts: Mapping[str, Any] = {}
    segments: frozenset[str] = frozenset()
    zone: str = "UTC"
    may: frozenset[tuple[str, str]] = frozenset()
    channels: frozenset[str] = frozenset({"email"})
    reachable: frozenset[str] = frozenset({"email"})
    events: Mapping[str, Sequence[tuple[datetime, Mapping[str, Any]]]] = {}
    last_channel: str | None = None
    workspace_zone: str = "UTC"
    responds: Mapping[str, int] = {}
    settled: Mapping[str, str] = {}
    products: Mapping[str, Mapping[str, Any]] = {}
    described: Mapping[str, Mapping[str, Mapping[str, Any]]] = {}


class Step(msgspec.Struct, frozen=True, gc=False):
    """A turn left behind: how it was left, by which line as written, and where to."""

    seq: int
    turn: str
    arrived_at: datetime
    left_at: datetime
    heard: str
    then: str


class Say(msgspec.Struct, frozen=True, gc=False):
    """A delivery to plan for (run, turn, seq). Exactly what the gate and the writer need, by name; pins give versions.

    `channels` in order of choice, the chosen one first. `window` is "always", "Mo-Sa 09:00-20:00" or empty (the
    guardrails' own); it is read on `zone`. `gives` is one offer, or several of which the smallest that works is given. With a `team`
    it is said to that team about the person, never to the person. `arrives_at` is when a letter is to be there. `variant` is the one
    that a test has drawn, or `trying.BEST` for the one that turns out best.
    """

    turn: str
    seq: int
    message: str | None
    survey: str | None
    consent: str | None
    gives: tuple[str, ...]
    channels: tuple[str, ...]
    window: str
    zone: str
    due_at: datetime
    too_late_at: datetime
    purpose: str
    kind: str
    topic: str = ""
    team: str | None = None
    arrives_at: datetime | None = None
    variant: str = ""


class Call(msgspec.Struct, frozen=True):
    """A webhook to call, with what it is sent."""

    turn: str
    seq: int
    webhook: str
    payload: dict[str, Any]


class Enter(msgspec.Struct, frozen=True):
    """Another dialogue to let the person into, with what its run begins with."""

    dialogue: str
    start: dict[str, Any]


class HandOver(msgspec.Struct, frozen=True):
    """A conversation to hand to a team; overdue at `due_at`."""

    turn: str
    seq: int
    team: str
    priority: int
    due_at: datetime | None
    brief: str
    pause: str


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What happens next. `state` is where the run stands afterwards (also when it ended), `ended` why it ended.

    `wake_at` is the next moment at which something is due with no event; None while only events can move it.
    `gives` is what is given with no message at all; today every turn that gives also says, so that it is empty and the
    offers stand in `says`. A `wake_at` that is not after `now` means: silence is due, but the watermark has not reached it yet.
    `heard` are the responses that a line, the goal or the delivery's outcome took.
    """

    state: RunState
    steps: list[Step]
    says: list[Say]
    gives: list[str]
    learns: list[tuple[str, Any]]
    hand_over: HandOver | None
    ended: str | None
    wake_at: datetime | None
    heard: list[Heard]
    calls: list[Call] = []
    enters: list[Enter] = []


def line_key(turn: str, index: int) -> str:
    """Return the key under which a line's uses are counted; `turn` is "*" for the lines of `anytime`."""
    return f"{turn}#{index}"
