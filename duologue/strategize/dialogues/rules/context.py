"""What a condition of a dialogue can ask about: the person, and what the run holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.clock import is_zone, parse_moment
from duologue.kit.predicate import Properties, dig, holds, matches, product_key
from duologue.strategize.dialogues.rules.moments import duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.strategize.dialogues.rules.state import Known


ABOUT_THE_START = frozenset({"occasion", "placement"})


def told_of(root: str, start: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an event tells of its occasion or placement: its map of that name, or all that it carries."""
    own = start.get(root)
    return own if isinstance(own, dict) else {**start, "name": own}


class Context:
    """Answers the paths of the language for one run."""

    def __init__(self, person: Known, data: Mapping[str, Any], now: datetime) -> None:
        self.person = person
        self.data = data
        self.now = now

    @property
    def zone(self) -> str:
        return self.person.zone

    def value(self, path: str) -> Any:
        root, _, rest = path.partition(".")
        if root == "person":
            found = self.person.facts.get(rest)
            return dig(self.person.facts, rest) if found is None else found
        if root in ABOUT_THE_START:
            return self._about(root, rest)
        found = dig(self.data.get(root), rest)
        if found is None and root == "perk" and rest.endswith(".ends_at"):
            return dig(self.data.get(root), f"{rest.removesuffix('ends_at')}expires_at")  # a trial ends when its perk does
        return found

    def _about(self, root: str, rest: str) -> Any:
        """Return what is known of the run's occasion or placement: what its file says, else what the event told that the run began with."""
        told = told_of(root, self.data.get("start", {}))
        known = self.person.described.get(root, {}).get(str(told.get("name")), {})
        found = dig(known, rest)
        return dig(told, rest) if found is None else found

    def item(self, item: Any) -> Mapping[str, Any]:
        """Return what is known of an item of a list: what the event said, and what the catalogue says now."""
        own = item if isinstance(item, dict) else {"value": item, "key": item}
        key = product_key(own, self.person.products)
        return {**own, **self.person.products[key]} if key is not None else dict(own)

    def segment(self, name: str) -> bool:
        return name in self.person.segments

    def may(self, channel: str, purpose: str) -> bool:
        return (channel, purpose) in self.person.may

    def did(self, what: Mapping[str, Any]) -> bool:
        since = self.now - duration(what["within"]) if "within" in what else None
        if "since" in what:
            since = parse_moment(self.value(what["since"]), self.zone)
            if since is None:
                return False
        where = what.get("where")
        count = 0
        for at, properties in self.person.events.get(what["event"], ()):
            if at > self.now or (since is not None and at < since):
                continue
            if not where or holds(where, Properties(properties, self)):
                count += 1
        return matches(count, what["times"], self) if "times" in what else count > 0

    def clock(self, named: str) -> str:
        """Return the zone that a CLOCK means; the person's where a path leads to none."""
        if named in {"", "person"}:
            return self.person.zone
        if named == "workspace":
            return self.person.workspace_zone
        if is_zone(named):
            return named
        found = self.value(named)
        return found if isinstance(found, str) and is_zone(found) else self.person.zone

    def learned(self, value: Any) -> Any:
        """Return what a fact is set to: a literal, or what stands at {from: PATH}."""
        return self.value(value["from"]) if isinstance(value, dict) else value
