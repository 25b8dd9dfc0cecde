"""The typed tree of a segment's rule: plain values that go to JSON and back."""

from __future__ import annotations

from typing import Any

import msgspec


class Compare(msgspec.Struct, frozen=True, omit_defaults=True):
    """One comparison: `value` is a literal or a list of them; with `other` it is the fact of that key instead."""

    op: str
    value: Any = None
    other: str | None = None


class All(msgspec.Struct, frozen=True, tag="all"):
    """Every one of them holds."""

    of: list[Cond]


class Some(msgspec.Struct, frozen=True, tag="any"):
    """At least one of them holds."""

    of: list[Cond]


class Not(msgspec.Struct, frozen=True, tag="not"):
    """It does not hold."""

    of: Cond


class Fact(msgspec.Struct, frozen=True, tag="fact"):
    """A fact of the person meets every comparison."""

    key: str
    compare: list[Compare]


class Property(msgspec.Struct, frozen=True, tag="property"):
    """A property of the event at hand (a dotted path goes into nested maps) meets every comparison."""

    path: str
    compare: list[Compare]


class Happening(msgspec.Struct, frozen=True, omit_defaults=True):
    """Events of these names whose properties meet `where`, in the last `within` seconds or since the date a fact holds."""

    events: list[str]
    where: Cond | None = None
    within: int | None = None
    since: str | None = None


class Did(msgspec.Struct, frozen=True, omit_defaults=True, tag="did"):
    """It happened so many times. With `unless`: counted is only what no such event followed within `unless.within` seconds."""

    what: Happening
    times: list[Compare]
    unless: Happening | None = None


class Summary(msgspec.Struct, frozen=True, omit_defaults=True, tag="summary"):
    """A sum or count over events, or the first or last of them (`of` a property, else its moment), meets every comparison."""

    kind: str
    what: Happening
    compare: list[Compare]
    of: str | None = None


class Sequence(msgspec.Struct, frozen=True, omit_defaults=True, tag="sequence"):
    """These happened one after the other, all within so many seconds."""

    steps: list[Happening]
    within: int | None = None


class May(msgspec.Struct, frozen=True, tag="may"):
    """Consent stands for this purpose on one of these channels."""

    by: list[str]
    purpose: str


class In(msgspec.Struct, frozen=True, tag="in"):
    """The person is in another segment."""

    segment: str


Cond = All | Some | Not | Fact | Property | Did | Summary | Sequence | May | In
Leaf = Fact | Did | Summary | Sequence | May | In


class Rule(msgspec.Struct, frozen=True):
    """A whole segment as it was written."""

    about: str
    where: Cond


def to_json(tree: Rule | Cond) -> Any:
    """Return a rule, or a part of one, as JSON values."""
    return msgspec.to_builtins(tree)


def from_json(data: Any) -> Rule:
    """Return the tree that was kept as JSON values."""
    return msgspec.convert(data, Rule)


def from_json_text(text: str) -> Rule:
    """Return the tree from JSON text."""
    return msgspec.json.decode(text, type=Rule)
