"""Who may begin a dialogue."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from duologue.kit.clock import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duologue.strategize.dialogues.rules.plan import Plan

ADMITTED: Final = "admitted"
HELD_OUT: Final = "held_out"
NOT_STARTED: Final = "not_started"
EXCEPTED: Final = "excepted"
SPENT: Final = "spent"
DECLINED: Final = "declined_topic"


@dataclass(slots=True, frozen=True)
class Past:
    """What one person has had of a dialogue so far, over all profiles."""

    verdicts: frozenset[str] = frozenset()
    under_way: int | None = None  # the run under way for the same occasion
    last_ended_at: datetime | None = None
    has_run: bool = False


@dataclass(slots=True, frozen=True)
class Means:
    """By which of the dialogue's channels a person can and may be reached."""

    has_address: bool = True
    has_free_address: bool = True
    may: bool = True
    lacks_parent: bool = False


@dataclass(slots=True, frozen=True)
class Verdict:
    """What was decided: `verdict` to write down (None: the old one stays), whether to start, which run to end first."""

    verdict: str | None
    reason: str = ""
    start: bool = False
    ends: int | None = None


def holds_out(dialogue: str, first_profile: int, seed: int, share: float) -> bool:
    """Say whether a person is in the control group: always the same answer for one dialogue's name and first profile."""
    return held_out(dialogue, [first_profile], seed, share)[0]


def held_out(dialogue: str, first_profiles: Iterable[int], seed: int, share: float) -> list[bool]:
    """Say of each of many people whether they are in the control group, as `holds_out` does."""
    begun = hashlib.blake2b(f"{seed}:{dialogue}:".encode(), digest_size=8, person=b"holdout")
    end = share * 2.0**64
    drawn = []
    for profile in first_profiles:
        hashed = begun.copy()
        hashed.update(b"%d" % profile)
        drawn.append(int.from_bytes(hashed.digest(), "big") < end)
    return drawn


def judge(  # noqa: PLR0917 - all that settles whether someone begins
    plan: Plan, first_profile: int, seed: int, past: Past, means: Means, now: datetime, *, barred: str = ""
) -> Verdict:
    """Return what becomes of one person who is considered; what bars them, consent and suppression come before the draw.

    `barred` is EXCEPTED, DECLINED or SPENT where something keeps this person, or everybody, from beginning.
    """
    if HELD_OUT in past.verdicts:
        return Verdict(None)
    if past.under_way is not None:
        if plan.if_underway != "restart":
            return Verdict(None)
        return Verdict(None, start=True, ends=past.under_way)
    if past.has_run and not _again(plan.again, past.last_ended_at, now):
        return Verdict(None)
    refused = barred or _unreachable(means)
    if refused:
        return Verdict(None) if ADMITTED in past.verdicts else Verdict(NOT_STARTED, refused)
    if ADMITTED in past.verdicts:
        return Verdict(None, start=True)
    if holds_out(plan.dialogue, first_profile, seed, plan.holdout):
        return Verdict(HELD_OUT)
    return Verdict(ADMITTED, start=True)


def _unreachable(means: Means) -> str:
    if not means.has_address:
        return "no_address"
    if not means.has_free_address:
        return "suppressed"
    if means.may:
        return ""
    return "needs_parent" if means.lacks_parent else "no_consent"


def _again(again: str, last_ended_at: datetime | None, now: datetime) -> bool:
    if again in {"never", ""}:
        return False
    if again == "always" or last_ended_at is None:
        return True
    return now >= last_ended_at + parse_duration(again.removeprefix("after ").strip())


def channels_of(plan: Plan) -> Sequence[str]:
    """Return the channels a plan speaks by, `same` among them; none where it says nothing to people."""
    return sorted({channel for turn in plan.turns.values() if turn.speaks for channel in (turn.by or ("email",))})


def asks_for_consent(plan: Plan) -> bool:
    """Say whether a turn asks for the very consent, so that standing consent cannot be a condition of starting."""
    return any(turn.consent for turn in plan.turns.values())
