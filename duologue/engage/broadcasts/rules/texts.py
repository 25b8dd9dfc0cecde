"""A broadcast as the text of a dialogue and of a message, and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from duologue.kit.clock import parse_duration
from duologue.kit.yaml import Mistakes, canonical
from duologue.strategize.dialogues.rules.plan import StopIf
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.trying import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.strategize.dialogues.rules.plan import Plan

TURN: Final = "letter"
AT_ONCE: Final = timedelta(minutes=1)  # a moment no further off means: as soon as it is sent
HEARS: Final = "14d"
VARIANTS: Final = ("second", "third", "fourth")
SHORT: Final = frozenset({"message", "about", "purpose", "email", "variants", "utm"})


@dataclass(slots=True, frozen=True)
class Broadcast:
    """What the screen asks. Shares are in hundredths, `hours` and `first_hours` in hours, `doubling` in days, 0 is none.

    `message` names a message there is; empty, the broadcast has its own, of `subject`, `preview` and `body`. `subjects` are tried beside
    it; of a message there is, its variants are, where `tries` says so. `when` is now, at or every.
    """

    name: str
    about: str = ""
    segment: str = ""
    purpose: str = ""
    message: str = ""
    subject: str = ""
    preview: str = ""
    body: str = ""
    subjects: tuple[str, ...] = ()
    tries: tuple[str, ...] = ()
    share: float = 20
    hours: int = 4
    by: str = "responses"
    when: str = "now"
    day: str = ""
    time: str = "10:00"
    rule: str = ""
    clock: str = "person"
    pace: int = 0
    warm_from: int = 0
    doubling: int = 1
    warm_to: int = 0
    warm_per: str = "receiving"
    first: int = 0
    first_hours: int = 2
    limits: Mapping[str, float] = field(default_factory=dict)
    archive: bool = False
    holdout: float = 0
    campaign: str = ""

    @property
    def own(self) -> bool:
        """Say whether it has a message of its own, named as it is."""
        return not self.message or self.message == self.name

    @property
    def of(self) -> tuple[str, ...]:
        """Return the variants that it tries, none where it tries none."""
        tried = VARIANTS[: len(self.subjects)] if self.own else self.tries
        return (PLAIN, *tried) if tried else ()


def dialogue_text(one: Broadcast) -> str:
    """Return the dialogue as it is kept and dumped."""
    quoted = DoubleQuotedScalarString
    at = quoted(f"{one.day} {one.time}")
    head: dict[str, Any] = {
        "dialogue": one.name,
        **({"about": one.about} if one.about else {}),
        **({"serves": {"campaign": one.campaign}} if one.campaign else {}),
        "purpose": one.purpose,
        "audience": one.segment,
        "starts": {"every": one.rule, "at": quoted(one.time)} if one.when == "every" else {"at": at},
        "clock": one.clock,
    }
    if one.when == "every":
        head["if_underway"] = "restart"
    if one.pace:
        head["pace"] = f"{one.pace}/day"
    if one.first:
        head["first"] = {"people": one.first, "for": f"{one.first_hours}h"}
    if one.limits:
        head["stop_if"] = {key: percent(value) for key, value in one.limits.items()}
        if 0 < one.first < StopIf().least:  # else the first would tell nothing
            head["stop_if"]["least"] = one.first
    if one.warm_from:
        head["warm_up"] = {
            "from": f"{one.warm_from}/day",
            "doubling": f"{one.doubling}d",
            "to": f"{one.warm_to}/day",
            "per": one.warm_per,
        }
    if one.holdout:
        head["holdout"] = percent(one.holdout)
    if one.archive:
        head["archive"] = True
    head["goal"] = {"event": "Order Completed", "within": HEARS, "value": "revenue", "then": "stay"}
    letter: dict[str, Any] = {"say": one.name if one.own else one.message}
    if one.of:
        letter["test"] = {"of": list(one.of), "share": percent(one.share), "for": f"{one.hours}h", "by": one.by}
    letter["listen"] = [{"silence": HEARS, "then": "end"}]
    return canonical({**head, "turns": {TURN: letter}})


def message_text(one: Broadcast) -> str:
    """Return the message of its own as it is kept and dumped."""
    email: dict[str, Any] = {"subject": one.subject}
    if one.preview:
        email["preview"] = one.preview
    email["body"] = LiteralScalarString(one.body.replace("\r\n", "\n").strip() + "\n")
    said: dict[str, Any] = {"message": one.name, "purpose": one.purpose, "email": email}
    if one.subjects:
        said["variants"] = {name: {"subject": subject} for name, subject in zip(VARIANTS, one.subjects, strict=False)}
    return canonical(said)


def read_back(text: str, message: Mapping[str, Any] | None, local_now: datetime) -> Broadcast | None:
    """Return the broadcast that a dialogue's text and its message's data are; None for what this screen could not have written.

    A moment that has passed on the workspace's clock means: at once.
    """
    try:
        plan = read_dialogue(text)
    except Mistakes:
        return None
    if not is_broadcast(plan):
        return None
    one = _read(plan, message or {}, local_now)
    try:
        return one if _same(read_dialogue(dialogue_text(one)), plan, one.when) else None
    except Mistakes:
        return None


def is_broadcast(plan: Plan) -> bool:
    """Say whether a dialogue is a broadcast or a newsletter: it says one thing, once or by a rule of the calendar."""
    turns = list(plan.turns.values())
    return len(turns) == 1 and turns[0].does == "say" and len(plan.starts) == 1 and plan.starts[0].kind in {"at", "every"}


def _same(written: Plan, plan: Plan, when: str) -> bool:
    """Say whether two plans differ at most in the moment that "at once" stands for."""
    from msgspec.structs import replace  # noqa: PLC0415 - beside its only use

    return replace(written, starts=()) == replace(plan, starts=()) if when == "now" else written == plan


def _read(plan: Plan, message: Mapping[str, Any], local_now: datetime) -> Broadcast:
    (turn,) = plan.turns.values()
    (start,) = plan.starts
    day, _, hour = start.at.rpartition(" ")
    when = "every" if start.kind == "every" else "at"
    if when == "at" and datetime.fromisoformat(start.at) <= local_now + AT_ONCE:
        when = "now"
    own = turn.message == plan.dialogue and message.keys() <= SHORT
    email = message.get("email") or {}
    variants = message.get("variants") or {}
    subjects = tuple(str((said.get("email") or said).get("subject", "")) for said in variants.values())
    own = own and all(name == given for name, given in zip(VARIANTS, variants, strict=False)) and not email.get("mjml")
    test, warm, limits = turn.test, plan.warm_up, plan.stop_if
    return Broadcast(
        name=plan.dialogue,
        about=plan.about,
        campaign=plan.serves.get("campaign", ""),
        segment=plan.audience,
        purpose=plan.purpose,
        message="" if own else turn.message or "",
        subject=str(email.get("subject", "")) if own else "",
        preview=str(email.get("preview", "")) if own else "",
        body=str(email.get("body", "")) if own else "",
        subjects=subjects if own else (),
        tries=tuple(name for name in test.of if name != PLAIN) if test and not own else (),
        share=round(test.share * 100, 2) if test else 20,
        hours=hours(test.hold) if test else 4,
        by=test.by if test else "responses",
        when=when,
        day=day,
        time=hour,
        rule=start.name or start.every,
        clock=plan.clock,
        pace=plan.pace.first if plan.pace else 0,
        warm_from=warm.first if warm else 0,
        doubling=max(1, hours(warm.doubling) // 24) if warm else 1,
        warm_to=warm.most if warm else 0,
        warm_per=warm.per if warm else "receiving",
        first=plan.first.people if plan.first else 0,
        first_hours=hours(plan.first.hold) if plan.first else 2,
        limits={key: round(value * 100, 4) for key in ("bounced", "reported", "left") if limits and (value := getattr(limits, key))},
        archive=plan.archive,
        holdout=round(plan.holdout * 100, 2),
    )


def hours(duration: str) -> int:
    """Return a duration of the language in whole hours."""
    return int(parse_duration(duration).total_seconds() // 3600)


def percent(value: float) -> str:
    """Write hundredths as the language does."""
    return f"{value:g}%"
