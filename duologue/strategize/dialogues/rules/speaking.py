"""What a turn hands on: a delivery to plan, or a conversation to hand over."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.strategize.dialogues.rules.moments import due, duration
from duologue.strategize.dialogues.rules.parts import BEST, SAME
from duologue.strategize.dialogues.rules.state import Call, HandOver, Say
from duologue.strategize.dialogues.rules.trying import BEST as BEST_VARIANT
from duologue.strategize.dialogues.rules.trying import drawn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duologue.strategize.dialogues.rules.context import Context
    from duologue.strategize.dialogues.rules.plan import Turn
    from duologue.strategize.dialogues.rules.state import Known

_PATH = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")
MIDDLE = 5
FIRST = "email"  # what is taken first where someone has answered by none
POST = "post"
POST_TAKES = timedelta(days=3)


def channels_for(turn: Turn, person: Known) -> tuple[str, ...]:
    """Return the turn's channels that have an adapter, the first permitted and reachable one in front.

    Where none is permitted the order stays as written, and the gate will say why nothing can be sent.
    """
    named = [one for channel in turn.by for one in _meant(channel, person)]
    there = list(dict.fromkeys(channel for channel in named if channel and channel in person.channels))
    good = [channel for channel in there if channel in person.reachable and _permitted(turn, channel, person)]
    return tuple(good + [channel for channel in there if channel not in good])


def _meant(channel: str, person: Known) -> Sequence[str | None]:
    """Return the channels that a word of `by` means: itself, where they last wrote, or all, most answered first."""
    if channel == SAME:
        return (person.last_channel,)
    if channel == BEST:
        return sorted(person.channels, key=lambda one: (-person.responds.get(one, 0), one != FIRST, one))
    return (channel,)


def _permitted(turn: Turn, channel: str, person: Known) -> bool:
    return turn.consent is not None or (channel, turn.purpose) in person.may


def say(turn: Turn, seq: int, channels: tuple[str, ...], now: datetime, context: Context, number: float = 0) -> Say:  # noqa: PLR0917
    """Return the delivery that a turn asks for; a letter is posted in time for when it is to arrive.

    Of a test a share of people gets one of its variants, drawn by a number from 0 up to 1 that chance gave; the others wait for the best.
    """
    due_at, arrives_at = now, arrival(turn, now, context) if channels[0] == POST else None
    if arrives_at is not None:
        due_at = max(now, arrives_at - POST_TAKES)
    variant = drawn(turn.test, number, is_first="first" in context.data) if turn.test else ""
    if turn.test and variant == BEST_VARIANT:
        due_at = max(due_at, now + duration(turn.test.hold))
    return Say(
        turn=turn.name,
        seq=seq,
        message=turn.message,
        survey=turn.survey,
        consent=turn.consent,
        gives=turn.gives,
        channels=channels,
        window=turn.window,
        zone=context.clock(turn.clock),
        due_at=due_at,
        too_late_at=due_at + duration(turn.too_late),
        purpose=turn.consent or turn.purpose,
        kind=turn.kind,
        topic=turn.topic,
        arrives_at=arrives_at,
        variant=variant,
    )


def arrival(turn: Turn, now: datetime, context: Context) -> datetime | None:
    """Return when a turn's letter is to be there; None where it does not say, or that moment has passed."""
    return due(turn.arrives, now, context.clock(turn.arrives.clock or turn.clock), context.value) if turn.arrives else None


def tell(turn: Turn, seq: int, now: datetime, context: Context) -> Say:
    """Return what a team is told about a person: at once, whatever the person allows."""
    return Say(
        turn=turn.name,
        seq=seq,
        message=turn.message,
        survey=None,
        consent=None,
        gives=(),
        channels=(FIRST,),
        window="always",
        zone=context.clock(turn.clock),
        due_at=now,
        too_late_at=now + duration(turn.too_late),
        purpose=turn.purpose,
        kind="service",
        team=turn.team,
    )


def call(turn: Turn, seq: int, context: Context) -> Call:
    """Return the webhook that a turn calls, with what it brings."""
    return Call(turn.name, seq, turn.call, {key: context.learned(value) for key, value in turn.brings.items()})


def hand_over(turn: Turn, seq: int, now: datetime, context: Context) -> HandOver:
    """Return the conversation that a turn hands to a team, its brief filled in."""
    priority = context.value(turn.priority["from"]) if isinstance(turn.priority, dict) else turn.priority
    if not isinstance(priority, int) or isinstance(priority, bool):
        priority = MIDDLE
    return HandOver(
        turn=turn.name,
        seq=seq,
        team=turn.team,
        priority=max(1, min(9, priority)),
        due_at=now + duration(turn.within) if turn.within else None,
        brief=_PATH.sub(lambda found: str(context.value(found[1]) or ""), turn.brief),
        pause=turn.pause,
    )
