"""What the language of segments means, said in plain Python and as slowly as one likes: the yardstick for the compiled rules."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from duologue.kit.clock import parse_duration

SIZES = {
    "over": lambda a, b: a > b,
    "under": lambda a, b: a < b,
    "at_least": lambda a, b: a >= b,
    "at_most": lambda a, b: a <= b,
}
SUMMARIES = ("sum", "count", "first", "last")


@dataclass
class Person:
    events: list = field(default_factory=list)  # (occurred_at, number, name, properties)
    facts: dict = field(default_factory=dict)
    consents: set = field(default_factory=set)
    segments: set = field(default_factory=set)


def holds(cond, person, now):
    beside = {key: cond[key] for key in cond if key in {*SIZES, "is", "before", "after", "within", "known", "has"}}
    verdicts = []
    for key, value in cond.items():
        if key in beside:
            continue
        verdicts.append(_one(key, value, beside, cond, person, now))
    return all(verdicts)


def _one(key, value, beside, cond, person, now):
    if key == "all":
        return all(holds(one, person, now) for one in value)
    if key == "any":
        return any(holds(one, person, now) for one in value)
    if key == "not":
        return not holds(value, person, now)
    if key == "in":
        return value in person.segments
    if key == "may":
        by = value["by"] if isinstance(value["by"], list) else [value["by"]]
        return any((channel, value["purpose"]) in person.consents for channel in by)
    if key == "did":
        return _did(value, person, now)
    if key in SUMMARIES:
        return compare(_summary(key, value, person, now), beside, person, now)
    if key == "sequence":
        return _sequence(value, beside.get("within"), person, now)
    return compare(person.facts.get(key.removeprefix("person.")), value, person, now)


def meant(what, person, now):
    names = what["event"] if isinstance(what["event"], list) else [what["event"]]
    found = []
    for event in sorted(person.events, key=lambda event: event[:2]):
        at, _, name, properties = event
        if name not in names or ("within" in what and at <= now - parse_duration(what["within"])):
            continue
        if "since" in what:
            since = moment(person.facts.get(what["since"].removeprefix("person.")))
            if since is None or at < since:
                continue
        if "where" not in what or where(what["where"], properties, person, now):
            found.append(event)
    return found


def where(cond, properties, person, now):
    verdicts = []
    for key, value in cond.items():
        if key == "all":
            verdicts.append(all(where(one, properties, person, now) for one in value))
        elif key == "any":
            verdicts.append(any(where(one, properties, person, now) for one in value))
        elif key == "not":
            verdicts.append(not where(value, properties, person, now))
        else:
            verdicts.append(compare(properties.get(key), value, person, now))
    return all(verdicts)


def _did(what, person, now):
    found = meant(what, person, now)
    if "not" in what:
        span = parse_duration(what["not"]["within"])
        others = [event[0] for event in meant({k: v for k, v in what["not"].items() if k != "within"}, person, now)]
        found = [one for one in found if one[0] + span <= now and not any(one[0] <= other < one[0] + span for other in others)]
    return compare(len(found), what.get("times", {"at_least": 1}), person, now)


def _summary(kind, what, person, now):
    found = meant(what, person, now)
    if kind == "count":
        return len(found)
    if kind == "sum":
        return sum((amount(event[3].get(what["of"])) for event in found), Decimal(0))
    if "of" in what:
        values = [event[3][what["of"]] for event in found if event[3].get(what["of"]) is not None]
    else:
        values = [event[0] for event in found]
    return (values[0] if kind == "first" else values[-1]) if values else None


def _sequence(steps, within, person, now):
    steps = [{"event": step} if isinstance(step, str) else step for step in steps]
    found = [{event[:2] for event in meant(step, person, now)} for step in steps]

    def on(index, after, start):
        if index == len(steps):
            return within is None or after[0] - start <= parse_duration(within)
        return any(on(index + 1, place, start or place[0]) for place in found[index] if after is None or place > after)

    return on(0, None, None)


def compare(value, wanted, person, now):
    if not isinstance(wanted, dict) or "from" in wanted:
        return same(value, wanted, person)
    return all(_compare(value, op, operand, person, now) for op, operand in wanted.items())


def _compare(value, op, operand, person, now):
    if op == "known":
        return (value is not None and value not in ("", [])) is operand
    if op in {"is", "not"}:
        return same(value, operand, person) is (op == "is")
    if op == "has":
        listed = isinstance(value, list) and words(operand) in [words(one) for one in value]
        return listed or (isinstance(value, str) and words(operand).lower() in value.lower())
    if op == "within":
        at, span = moment(value), parse_duration(operand)
        return at is not None and now - span <= at <= now + span
    if op in {"before", "after"}:
        at, limit = moment(value), _limit(operand, person, now)
        return at is not None and limit is not None and (at < limit if op == "before" else at > limit)
    left = number(value)
    right = number(person.facts.get(operand["from"].removeprefix("person."))) if isinstance(operand, dict) else Decimal(str(operand))
    return left is not None and right is not None and SIZES[op](left, right)


def _limit(operand, person, now):
    if isinstance(operand, dict):
        return moment(person.facts.get(operand["from"].removeprefix("person.")))
    return moment(operand) if "-" in operand else now - parse_duration(operand)


def same(value, wanted, person):
    if value is None:
        return False
    if isinstance(wanted, dict):
        other = person.facts.get(wanted["from"].removeprefix("person."))
        return other is not None and (words(value) == words(other) or (isinstance(value, list) and words(other) in map(words, value)))
    return any(_same(value, one) for one in (wanted if isinstance(wanted, list) else [wanted]))


def _same(value, one):
    if isinstance(value, list):
        return words(one) in [words(item) for item in value] or words(value) == words(one)
    if isinstance(one, int | float) and not isinstance(one, bool):
        return number(value) == Decimal(str(one))
    return words(value) == words(one)


def words(value):
    return value if isinstance(value, str) else json.dumps(value)


def number(value):
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def amount(value):
    return number(value) or Decimal(0)


def moment(value):
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
