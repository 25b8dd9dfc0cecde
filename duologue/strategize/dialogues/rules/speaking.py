"""What a turn hands on: a delivery to plan, or a conversation to hand over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from duologue.strategize.dialogues.rules.moments import duration
from duologue.strategize.dialogues.rules.parts import SAME
from duologue.strategize.dialogues.rules.state import HandOver, Say

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.strategize.dialogues.rules.context import Context
    from duologue.strategize.dialogues.rules.plan import Turn
    from duologue.strategize.dialogues.rules.state import Known

_PATH = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")
MIDDLE = 5


def channels_for(turn: Turn, person: Known) -> tuple[str, ...]:
    """Return the turn's channels that have an adapter, the first permitted and reachable one in front.

    Where none is permitted the order stays as written, and the gate will say why nothing can be sent.
    """
    named = [person.last_channel if channel == SAME else channel for channel in turn.by]
    there = list(dict.fromkeys(channel for channel in named if channel and channel in person.channels))
    good = [channel for channel in there if channel in person.reachable and _permitted(turn, channel, person)]
    return tuple(good + [channel for channel in there if channel not in good])


def _permitted(turn: Turn, channel: str, person: Known) -> bool:
    return turn.consent is not None or (channel, turn.purpose) in person.may


def say(turn: Turn, seq: int, channels: tuple[str, ...], now: datetime, context: Context) -> Say:
    """Return the delivery that a turn asks for."""
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
        due_at=now,
        too_late_at=now + duration(turn.too_late),
        purpose=turn.consent or turn.purpose,
        kind=turn.kind,
        topic=turn.topic,
    )


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
