"""Retention as written in retention.yaml: how long each kind of event, and each fact, is kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.kit.clock import parse_duration
from duologue.kit.typed import as_json, checked, read_typed

if TYPE_CHECKING:
    from datetime import datetime

    from duologue.kit.yaml import Document

ANY: Final = "any"
EVENTS, FACTS = "event", "fact"
SHORTEST: Final = timedelta(days=1)  # what happened must have been read by all who answer it


class Retention(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """By name of the event, or key of the fact, a duration like 90d; `any` is for all events that are not named."""

    events: dict[str, str] = {}
    facts: dict[str, str] = {}


class Rule(msgspec.Struct, frozen=True):
    """One thing and how long it is kept. For the events that no rule names, `name` is `any` and `others` are those named."""

    kind: str
    name: str
    keep: str
    others: tuple[str, ...] = ()

    def before(self, now: datetime) -> datetime:
        """Return the moment before which everything goes."""
        return now - parse_duration(self.keep)

    @property
    def key(self) -> str:
        """A short name for what the rule covers, whatever its duration."""
        covers = "\n".join([self.kind, self.name, *self.others])
        return hashlib.blake2b(covers.encode(), digest_size=8).hexdigest()


def read_retention(text: str, file: str = "retention.yaml") -> Retention:
    """Return the retention a text describes; raises Mistakes."""
    return read_typed(text, file, Retention, "A retention file", _check)


def to_json(retention: Retention) -> dict[str, Any]:
    """Return retention as JSON values."""
    return as_json(retention)


def rules_of(data: dict[str, Any]) -> list[Rule]:
    """Return the rules of what `to_json` wrote, in the order in which they are shown."""
    retention = msgspec.convert(data, Retention)
    named = tuple(sorted(name for name in retention.events if name != ANY))
    events = [Rule(EVENTS, name, retention.events[name]) for name in named]
    rest = [Rule(EVENTS, ANY, retention.events[ANY], named)] if ANY in retention.events else []
    return [*events, *rest, *(Rule(FACTS, key, keep) for key, keep in sorted(retention.facts.items()))]


def _check(document: Document, retention: Retention) -> None:
    for part, given in (("events", retention.events), ("facts", retention.facts)):
        for name, keep in given.items():
            checked(document, (part, name), keep, _span)
    if ANY in retention.facts:
        document.refuse(("facts", ANY), "Name each fact that is kept for a time only; `any` is for events.")


def _span(text: str) -> timedelta:
    span = parse_duration(text)
    if span < SHORTEST:
        raise ValueError(f"{text!r} is too short: what happened is kept for a day at least, so that dialogues can answer it")
    return span
