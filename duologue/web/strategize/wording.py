"""A segment's rule in words: one sentence per condition, indented where several belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from duologue.strategize.segments.rules import tree

DAY = 86_400
OPS = {
    "is": "is",
    "eq": "is",
    "not": "is not",
    "over": "is over",
    "under": "is under",
    "at_least": "is at least",
    "at_most": "is at most",
    "before": "is before",
    "after": "is after",
    "within": "is within",
    "has": "has",
    "in": "is one of",
    "one_of": "is one of",
}


@dataclass(slots=True)
class Said:
    """One condition in words, or several under one heading."""

    text: str
    parts: list[Said] = field(default_factory=list)


def rule_in_words(rule: Any) -> Said | None:
    """Return the rule as nested sentences, or None where it cannot be read."""
    try:
        return _said(tree.from_json(rule).where)
    except (msgspec.ValidationError, TypeError, AttributeError):
        return None


def _said(cond: Any) -> Said:
    if isinstance(cond, tree.All):
        return _said(cond.of[0]) if len(cond.of) == 1 else Said("all of these hold", [_said(one) for one in cond.of])
    if isinstance(cond, tree.Some):
        return Said("at least one of these holds", [_said(one) for one in cond.of])
    if isinstance(cond, tree.Not):
        inner = _said(cond.of)
        if not inner.parts and inner.text.startswith("did "):
            return Said(f"did not do {inner.text.removeprefix('did ')}")
        return Said(f"not: {inner.text}", inner.parts)
    if isinstance(cond, tree.Fact | tree.Property):
        name = cond.key if isinstance(cond, tree.Fact) else cond.path
        return Said(f"{_words(name)} {_compared(cond.compare)}")
    if isinstance(cond, tree.Did):
        times = f" {_times(cond.times)}" if cond.times and not _once(cond.times) else ""
        unless = f", with no {_happening(cond.unless)} after it" if cond.unless else ""
        return Said(f"did {_happening(cond.what, times)}{unless}")
    if isinstance(cond, tree.Summary):
        summed = "number" if cond.kind == "count" else f"{cond.kind} {_words(cond.of)}" if cond.of else cond.kind
        return Said(f"the {summed} of {_happening(cond.what)} {_compared(cond.compare)}")
    if isinstance(cond, tree.Sequence):
        steps = ", then ".join(_happening(step) for step in cond.steps)
        return Said(f"did {steps}{f', all within {span(cond.within)}' if cond.within else ''}")
    if isinstance(cond, tree.May):
        return Said(f"may be written to for {_words(cond.purpose)} by {' or '.join(map(_words, cond.by))}")
    if isinstance(cond, tree.In):
        return Said(f"is in the segment {_words(cond.segment)}")
    return Said(str(cond))


def _happening(what: tree.Happening, times: str = "") -> str:
    where = f" where {_flat(_said(what.where))}" if what.where is not None else ""
    within = f" in the last {span(what.within)}" if what.within else f" since {_words(what.since)}" if what.since else ""
    return f"“{'” or “'.join(what.events)}”{where}{times}{within}"


def _flat(said: Said) -> str:
    return " and ".join(_flat(part) for part in said.parts) if said.parts else said.text


def _compared(comparisons: list[tree.Compare]) -> str:
    return " and ".join(_one(compare) for compare in comparisons)


def _one(compare: tree.Compare) -> str:
    if compare.op == "known":
        return "is known" if compare.value is not False else "is not known"
    value = _words(compare.other) if compare.other else _value(compare.value, is_span=compare.op == "within")
    return f"{OPS.get(compare.op, compare.op.replace('_', ' '))} {value}"


def _value(value: Any, *, is_span: bool = False) -> str:
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value[:-1]) + (" or " if len(value) > 1 else "") + _value(value[-1]) if value else "nothing"
    if is_span and isinstance(value, int):
        return span(value)
    return "yes" if value is True else "no" if value is False else str(value)


def _times(times: list[tree.Compare]) -> str:
    return " and ".join(f"{_one(one).removeprefix('is ')} times" for one in times)


def _once(times: list[tree.Compare]) -> bool:
    return len(times) == 1 and times[0].op == "at_least" and times[0].value == 1


def span(seconds: int) -> str:
    """Return a length of time in the largest unit that fits evenly."""
    for size, name in ((7 * DAY, "week"), (DAY, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds} seconds"


def _words(name: str) -> str:
    return name.removeprefix("person.").replace("_", " ").replace("-", " ")
