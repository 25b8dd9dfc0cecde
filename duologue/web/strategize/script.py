"""A dialogue as a script: what the brand says, what may come back, and how many went each way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duologue.web.strategize.options import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.strategize.dialogues.rules.plan import Line, Moment, Plan, Trigger, Turn
    from duologue.web.strategize.options import Options
    from duologue.web.strategize.sayings import Saying

VERBS = {"say": "says", "ask": "asks", "give": "gives", "branch": "chooses", "learn": "notes", "wait": "waits", "hand_over": "hands over"}
VERBS |= {"experiment": "tries", "call": "asks a program", "tell": "tells a team", "enter": "leads into"}
CHANNELS = {
    "email": "E-mail",
    "sms": "SMS",
    "post": "Post",
    "site": "On the site",
    "same": "Where they last wrote",
    "best": "Where they answer best",
}
PICTURES = {
    "clicked": "click",
    "visited": "click",
    "replied": "message-reply",
    "answered": "message-circle-question",
    "redeemed": "gift-card",
    "event": "bulb",
    "joined": "users-group",
    "left": "users-group",
    "granted": "shield-check",
    "refused": "hand-stop",
    "snoozed": "zzz",
    "withheld": "ban",
    "failed": "circle-x",
    "scanned": "click",
    "called": "message-reply",
    "attended": "users-group",
    "ok": "circle-check",
    "closed": "circle-check",
    "overdue": "hourglass",
}
NAMED = {"Mo": "Mon", "Tu": "Tue", "We": "Wed", "Th": "Thu", "Fr": "Fri", "Sa": "Sat", "Su": "Sun"}
DAYS = re.compile("|".join(rf"\b{day}\b" for day in NAMED))
RANGE = re.compile(r"([\w:]+)-([\w:]+)")
NOTED = {"response.at": "when they responded"}
UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}


VERBS_OF_STARTS = {"joins": "join", "leaves": "leave", "granted": "allow", "replied": "write", "placement": "answer"}
TIMED = {
    "date": lambda one: f"on their {_words(one.name.removeprefix('person.'))}" + (f", each {one.every}" if one.every else ""),
    "at": lambda one: f"at {one.at}",
    "every": lambda one: f"by the calendar ({one.every}), at {one.at}",
}


@dataclass(slots=True)
class Reply:
    """One line of what may come back."""

    hears: str
    picture: str
    text: str
    then: str
    number: int | None = None
    of: int = 0
    at_most: int | None = None


@dataclass(slots=True)
class Scene:
    """One turn of the script."""

    name: str
    verb: str
    head: str
    beside: str
    by: list[str]
    saying: Saying | None
    replies: list[Reply]
    here: int | None = None
    entered: int | None = None
    accepted: int | None = None
    others: list[str] = field(default_factory=list)
    note: str = ""


def turns(plan: Plan, report: dict[str, Any] | None, said: dict[str, Saying], options: Mapping[str, Options]) -> list[Scene]:
    """Return the turns in the order written, with the numbers of the last count where there is one."""
    counted = (report or {}).get("turns") or {}
    return [
        _scene(turn, counted.get(turn.name, {}) if report else None, said, options.get(turn.survey or "", {}))
        for turn in plan.turns.values()
    ]


def _scene(turn: Turn, counted: dict[str, Any] | None, said: dict[str, Saying], options: Options) -> Scene:
    left = list((counted or {}).get("left") or [])
    entered = (counted or {}).get("entered", 0) if counted is not None else None
    replies = [_reply(line, left, entered, options) for line in turn.listen]
    replies += _ways_on(turn, left, entered)
    head, beside = _head(turn)
    scene = Scene(
        name=turn.name,
        verb=VERBS.get(turn.does, turn.does),
        head=head,
        beside=beside,
        by=[CHANNELS.get(channel, channel) for channel in turn.by] if turn.speaks else [],
        saying=said.get(turn.message or turn.survey or ""),
        replies=replies,
        note=turn.note,
    )
    if counted is not None:
        scene.here, scene.entered, scene.accepted = counted.get("there_now", 0), entered, counted.get("accepted", 0)
        scene.others = [f"{one['people']:,} {_other(one['heard'])}{_to(one['then'])}" for one in left]
    return scene


def _head(turn: Turn) -> tuple[str, str]:
    beside = [hours(turn.window)] if turn.window and turn.speaks else []
    if turn.only_if:
        beside.append(f"only where a condition holds, otherwise {turn.otherwise or 'end'}")
    if turn.does == "hand_over":
        within = f"within {duration(turn.within)}" if turn.within else ""
        return turn.team, ", ".join(part for part in (within, "promotion paused meanwhile" if turn.pause == "promotion" else "") if part)
    if turn.does == "tell":
        return turn.team, _words(turn.message or "")
    if turn.does in {"call", "enter"}:
        return _words(turn.call or turn.enters), ""
    if turn.does == "experiment":
        return ", ".join(f"{arm.share:.0%} {_words(arm.then)}" for arm in turn.arms), "until one is better" if turn.settle == "goal" else ""
    if turn.does == "give":
        return ", ".join(_words(gift) for gift in turn.gives), " · ".join([_words(turn.message or ""), *beside]).strip(" ·")
    if turn.does == "ask":
        return _words(turn.survey or f"consent for {turn.consent}"), " · ".join(beside)
    if turn.does == "learn":
        return ", ".join(f"{_words(key)}: {_noted(value)}" for key, value in turn.learn.items()), ""
    if turn.does == "wait":
        return moment(turn.wait) if turn.wait else "", ""
    return _words(turn.message or ""), " · ".join(beside)


def _reply(line: Line, left: list[dict[str, Any]], entered: int | None, options: Options) -> Reply:
    mine = [one for one in left if one["heard"] == line.written and one["then"] == (line.then or one["then"])] or [
        one for one in left if one["heard"] == line.written
    ]
    for one in mine:
        left.remove(one)
    reply = Reply(line.hears, PICTURES.get(line.hears, "message"), heard(line, options), line.then or "", at_most=line.at_most)
    if entered is not None:
        reply.number, reply.of = sum(one["people"] for one in mine), entered
    return reply


def _ways_on(turn: Turn, left: list[dict[str, Any]], entered: int | None) -> list[Reply]:
    ways = [(condition(branch.when) if branch.when else "otherwise", branch.then) for branch in turn.branches]
    ways += [(f"{arm.share:.0%}", arm.then) for arm in turn.arms]
    if turn.then:
        ways.append(("goes on at once" if turn.does != "wait" else "then", turn.then))
    found = []
    for text, then in ways:
        mine = [one for one in left if one["then"] == then and ":" not in one["heard"]]
        for one in mine:
            left.remove(one)
        reply = Reply("then", "arrow-right", text, then)
        if entered is not None:
            reply.number, reply.of = sum(one["people"] for one in mine), entered
        found.append(reply)
    return found


def heard(line: Line, options: Options) -> str:
    """Return a line's response in words; answers to a survey in the words of its options."""
    if line.hears == "silence":
        return f"silence, {moment(line.moment)}" if line.moment else "silence"
    if line.hears == "closed" and line.what == "any":
        return "closed by a human"
    if line.hears == "overdue":
        return "nobody answered in time"
    if line.hears == "ok":
        return "the program answered"
    if line.hears == "withheld":
        return f"not sent ({_plain(line.what)})" if line.what != "any" else "not sent"
    if line.hears == "failed":
        return "could not be sent"
    if line.hears == "event":
        return f"did “{_plain(line.what)}”"
    if line.hears in {"granted", "refused"}:
        return f"{line.hears} consent for {_plain(line.what)}"
    if line.hears == "answered" and isinstance(line.what, dict):
        return f"answered {' and '.join(f'“{in_words(value, options.get(key, {}))}”' for key, value in line.what.items())}"
    if line.what == "any":
        return {"clicked": "clicked anything", "replied": "replied anything", "answered": "answered anything else"}.get(
            line.hears, line.hears
        )
    return f"{line.hears} {condition(line.what) if isinstance(line.what, dict) else f'“{_plain(line.what)}”'}"


def hours(window: str) -> str:
    """Return a window in words: 'Mo-Sa 09:00-20:00' as 'Mon to Sat, 09:00 to 20:00'."""
    days, _, clock = DAYS.sub(lambda found: NAMED[found[0]], window).rpartition(" ")
    return ", ".join(RANGE.sub(r"\1 to \2", part) for part in (days, clock) if part)


def starts(plan: Plan) -> str:
    """Return in words who is invited, and when."""
    whom = f"all in {_words(plan.audience)}" if plan.audience else "everyone"
    if not plan.starts:
        return f"{whom} at the launch, and all who join later"
    return f"{whom} {' or '.join(_when(one, several=bool(plan.audience)) for one in plan.starts)}"


def _when(one: Trigger, *, several: bool) -> str:
    if one.kind in TIMED:
        return TIMED[one.kind](one)
    if one.kind == "by_hand":
        return f"who {'are' if several else 'is'} chosen by hand"
    verb = ("do" if several else "does") if one.kind == "event" else VERBS_OF_STARTS[one.kind] + ("" if several else "s")
    return f"who {verb} {_named(one)}"


def _named(one: Trigger) -> str:
    return f"“{one.name}”" if one.kind == "event" else "anything" if one.name == "any" else _words(one.name)


def goal(plan: Plan) -> str:
    """Return the goal in words."""
    return f"“{plan.goal.event}”{f' within {duration(plan.goal.within)}' if plan.goal.within else ''}" if plan.goal else ""


def moment(when: Moment) -> str:
    """Return a moment in words."""
    parts = []
    if when.until:
        ahead = f"{duration(when.before)} before " if when.before else f"{duration(when.after)} after " if when.after else "until "
        parts.append(ahead + _until(when.until))
    elif when.path:
        parts.append(f"as long as {_words(when.path)} says")
    elif when.duration:
        parts.append(duration(when.duration))
    if when.at:
        parts.append(f"at {'the best hour' if when.at == 'best' else when.at}")
    if when.on:
        parts.append(f"on {when.on}")
    return ", ".join(parts)


def duration(text: str) -> str:
    """Return '3d' as 'three days'."""
    if not text or text[-1] not in UNITS or not text[:-1].isdigit():
        return text
    number = int(text[:-1])
    small = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return f"{small[number] if number < len(small) else number} {UNITS[text[-1]]}{'' if number == 1 else 's'}"


def condition(cond: Any) -> str:
    """Return a condition in words, as far as one line carries it."""
    if isinstance(cond, dict):
        return ", ".join(f"{_words(key)}: {_plain(value)}" for key, value in cond.items())
    return _plain(cond)


def _noted(value: Any) -> str:
    """Return what is noted in words; what comes from elsewhere by the name of where: 'response.at' as 'when they responded'."""
    if isinstance(value, dict) and set(value) == {"from"}:
        return NOTED.get(value["from"]) or _words(value["from"]).replace(".", " ")
    return _plain(value)


def _until(path: str) -> str:
    parts = path.split(".")
    return f"“{_words(parts[1])}” is over" if parts[0] == "perk" and len(parts) > 1 else _words(path)


def _other(heard_line: str) -> str:
    names = {"goal": "reached the goal", "uncertain": "are uncertain"}
    if heard_line in names:
        return names[heard_line]
    kind, _, what = heard_line.partition(": ")
    return f"{_words(kind)} {_words(what)}".strip().removesuffix(" any")


def _to(then: str) -> str:
    return f" → {then}" if then and then not in {"end", "goal"} else ""


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " or ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{_words(key)} {_plain(one)}" for key, one in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _words(value)


def _words(text: Any) -> str:
    return str(text).replace("_", " ").replace("-", " ")
