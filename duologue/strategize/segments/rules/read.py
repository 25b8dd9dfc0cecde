"""Reading a segment from YAML: every mistake with its line and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import parse_duration
from duologue.kit.yaml import Document, Mistakes, read_yaml, suggestion
from duologue.strategize.segments.rules.compare import COMPARISONS, read_compare
from duologue.strategize.segments.rules.tree import (
    All,
    Compare,
    Did,
    Fact,
    Happening,
    In,
    May,
    Not,
    Property,
    Rule,
    Sequence,
    Some,
    Summary,
)

if TYPE_CHECKING:
    from duologue.kit.yaml import Place
    from duologue.strategize.segments.rules.tree import Cond

SUMMARIES: Final = ("sum", "first", "last", "count")
FORMS: Final = ("all", "any", "not", "in", "did", "may", *SUMMARIES, "sequence", "rfm")
TOP: Final = ("segment", "about", "where")
MOST_DEPTH: Final = 20
ORDER: Final = "Order Completed"
REVENUE: Final = "revenue"


def read_segment(text: str, file: str = "") -> Rule:
    """Read a segment's YAML; raises Mistakes with everything that is wrong."""
    document = read_yaml(text, file)
    data = document.data
    if not isinstance(data, dict):
        document.refuse((), "A segment is a map with about and where.")
        raise Mistakes(document.found)
    document.unknown_keys((), data, TOP, "A segment")
    if "where" not in data:
        document.refuse((), "A segment needs where: the condition that picks people.")
    about = data.get("about")
    if about is not None and (not isinstance(about, str) or len(about) > 300):
        document.refuse(("about",), "about is a text of at most 300 characters.")
    reader = _Reader(document)
    where = reader.condition(data.get("where", {}), ("where",)) if "where" in data else All(of=[])
    document.settle()
    return Rule(about=str(about or ""), where=where)


def line_of_segment(text: str, name: str) -> int:
    """Return the line on which a segment's YAML first names another, or the first line where it does not."""
    document = read_yaml(text)
    places = (place for place in document.lines if place[-1:] == ("in",) and _at(document.data, place) == name)
    return min(map(document.line, places), default=1)


def _at(data: Any, place: Place) -> Any:
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document

    def refuse(self, place: Place, sentence: str) -> None:
        self.document.refuse(place, sentence)

    def condition(self, data: Any, place: Place, *, of_event: bool = False) -> Cond:
        """Read a COND; inside `where` of an event paths are bare properties and other forms make no sense."""
        if not isinstance(data, dict) or not data:
            self.refuse(place, "A condition is a map such as {person.country: DE}.")
            return All(of=[])
        if len(place) > MOST_DEPTH * 2:
            self.refuse(place, f"Conditions go at most {MOST_DEPTH} deep; refer to another segment with in.")
            return All(of=[])
        found: list[Cond] = []
        beside = set(data) & set(COMPARISONS) if set(data) & set(SUMMARIES) and not of_event else set()
        beside -= {"not"} if isinstance(data.get("not"), dict) and "from" not in data["not"] else set()
        beside |= {"within"} if "sequence" in data else set()
        for key, value in data.items():
            if key not in beside:
                found.append(self._one(key, value, data, (*place, key), of_event=of_event))
        return found[0] if len(found) == 1 else All(of=found)

    def _one(self, key: str, value: Any, around: dict[str, Any], place: Place, *, of_event: bool) -> Cond:
        if key in {"all", "any"}:
            return self._several(key, value, place, of_event=of_event)
        if key == "not":
            return Not(of=self.condition(value, place, of_event=of_event))
        if of_event:
            return Property(path=self._property(key, place), compare=self._compare(value, place))
        if key.startswith("person."):
            return Fact(key=self._fact(key, place), compare=self._compare(value, place))
        if key == "in":
            return In(segment=self._word(value, place, "in names a segment, as in {in: customers}."))
        if key == "did":
            return self._did(value, place)
        if key == "may":
            return self._may(value, place)
        if key in SUMMARIES:
            return self._summary(key, value, around, place)
        if key == "sequence":
            return self._sequence(value, around, place)
        if key == "rfm":
            return self._rfm(value, place)
        self.refuse(place, f"A condition knows no {key!r}{suggestion(key, FORMS)}. What is known about the person begins with person.")
        return All(of=[])

    def _several(self, key: str, value: Any, place: Place, *, of_event: bool) -> Cond:
        if not isinstance(value, list) or not value:
            self.refuse(place, f"{key} holds a list of conditions.")
            return All(of=[])
        found = [self.condition(one, (*place, index), of_event=of_event) for index, one in enumerate(value)]
        return All(of=found) if key == "all" else Some(of=found)

    def _did(self, value: Any, place: Place) -> Cond:
        unless = None
        if isinstance(value, dict) and "not" in value:
            unless = self._happening(value["not"], (*place, "not"))
            if unless.within is None:
                self.refuse((*place, "not"), "did … not needs within: how long after the first the second must stay away, as in 7d.")
        what = self._happening(value, place, also=("times", "not"))
        times = [Compare("at_least", 1)]
        if isinstance(value, dict) and "times" in value:
            times = self._compare(value["times"], (*place, "times"))
            self._only_numbers(times, (*place, "times"))
        return Did(what=what, times=times, unless=unless)

    def _summary(self, kind: str, value: Any, around: dict[str, Any], place: Place) -> Cond:
        what = self._happening(value, place, also=("of",))
        of = value.get("of") if isinstance(value, dict) else None
        if of is not None:
            of = self._property(of, (*place, "of"))
        if kind == "sum" and of is None:
            self.refuse(place, "sum needs of: the property that is added up, as in of: revenue.")
        if kind == "count" and of is not None:
            self.refuse(place, "count counts events; leave of out.")
        beside = {name: around[name] for name in COMPARISONS if name in around and not (name == "not" and isinstance(around[name], dict))}
        if not beside:
            self.refuse(place, f"{kind} needs a comparison beside it, as in {{{kind}: …, at_least: 3}}.")
        compare = self._compare(beside, place) if beside else []
        if kind in {"sum", "count"}:
            self._only_numbers(compare, place)
        elif of is None and any(one.op not in {"before", "after", "within", "known"} for one in compare):
            self.refuse(place, f"{kind} without of is a moment; compare it with before, after, within or known.")
        return Summary(kind=kind, what=what, compare=compare, of=of)

    def _sequence(self, value: Any, around: dict[str, Any], place: Place) -> Cond:
        if not isinstance(value, list) or not 2 <= len(value) <= 8:
            self.refuse(place, "sequence holds two to eight events, as in [Product Viewed, Order Completed].")
            return All(of=[])
        steps = []
        for index, one in enumerate(value):
            step = self._happening({"event": one} if isinstance(one, str) else one, (*place, index))
            if step.within is not None or step.since is not None:
                self.refuse((*place, index), "An event of a sequence has no window of its own; put within beside sequence.")
            steps.append(step)
        within = self._duration(around["within"], (*place[:-1], "within")) if "within" in around else None
        return Sequence(steps=steps, within=within)

    def _rfm(self, value: Any, place: Place) -> Cond:
        if not isinstance(value, dict) or not value:
            self.refuse(place, "rfm is a map of recency, frequency and money, each with a comparison.")
            return All(of=[])
        self.document.unknown_keys(place, value, ("recency", "frequency", "money"), "rfm")
        orders = Happening(events=[ORDER])
        found: list[Cond] = []
        if "recency" in value:
            compare = self._recency(value["recency"], (*place, "recency"))
            found.append(Summary(kind="last", what=orders, compare=compare))
        for key, kind, of in (("frequency", "count", None), ("money", "sum", REVENUE)):
            if key in value:
                compare = self._compare(value[key], (*place, key))
                self._only_numbers(compare, (*place, key))
                found.append(Summary(kind=kind, what=orders, compare=compare, of=of))
        return found[0] if len(found) == 1 else All(of=found)

    def _recency(self, value: Any, place: Place) -> list[Compare]:
        """Time since the last order: under 60d means that it lies after the moment 60 days ago."""
        words = {"under": "after", "at_most": "after", "over": "before", "at_least": "before"}
        if not isinstance(value, dict) or not value or set(value) - set(words):
            self.refuse(place, "recency is compared with under or over and a duration, as in {under: 60d}.")
            return []
        return [Compare(words[op], self._duration(span, (*place, op))) for op, span in value.items()]

    def _may(self, value: Any, place: Place) -> Cond:
        if not isinstance(value, dict) or set(value) != {"by", "purpose"}:
            self.refuse(place, "may needs by and purpose, as in {may: {by: email, purpose: promotions}}.")
            return All(of=[])
        by = value["by"] if isinstance(value["by"], list) else [value["by"]]
        channels = [self._word(one, (*place, "by"), "by names a channel or a list of them.") for one in by]
        return May(by=channels, purpose=self._word(value["purpose"], (*place, "purpose"), "purpose names a purpose."))

    def _happening(self, value: Any, place: Place, also: tuple[str, ...] = ()) -> Happening:
        if not isinstance(value, dict) or "event" not in value:
            self.refuse(place, "This needs event: the name of what happened, as in {event: Order Completed}.")
            return Happening(events=[])
        self.document.unknown_keys(place, value, ("event", "where", "within", "since", *also), "This")
        names = value["event"] if isinstance(value["event"], list) else [value["event"]]
        events = [self._word(one, (*place, "event"), "event is a name or a list of names.", most=120) for one in names]
        where = self.condition(value["where"], (*place, "where"), of_event=True) if "where" in value else None
        if "within" in value and "since" in value:
            self.refuse(place, "Give within or since, not both.")
        within = self._duration(value["within"], (*place, "within")) if "within" in value else None
        since = self._fact(value["since"], (*place, "since")) if "since" in value else None
        return Happening(events=events, where=where, within=within, since=since)

    def _compare(self, value: Any, place: Place) -> list[Compare]:
        return read_compare(value, lambda inner, sentence: self.refuse((*place, *inner), sentence))

    def _only_numbers(self, compare: list[Compare], place: Place) -> None:
        for one in compare:
            values = one.value if isinstance(one.value, list) else [one.value]
            numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            if one.op not in {"is", "not", "over", "under", "at_least", "at_most"} or not (numbers or one.other):
                self.refuse(place, "This is a number; compare it with a number, as in {at_least: 3}.")

    def _duration(self, value: Any, place: Place) -> int:
        try:
            seconds = int(parse_duration(value).total_seconds())
        except ValueError as problem:
            self.refuse(place, f"{problem}.")
            return 1
        if seconds == 0:
            self.refuse(place, "A duration is longer than nothing.")
        return seconds

    def _fact(self, path: Any, place: Place) -> str:
        if not isinstance(path, str) or not path.startswith("person.") or len(path) <= len("person."):
            self.refuse(place, "This names a fact of the person, as in person.joined_at.")
            return "?"
        return self._word(path.removeprefix("person."), place, "A fact's name is a short text.", most=80)

    def _property(self, path: Any, place: Place) -> str:
        found = self._word(path, place, "A property's name is a short text.", most=200)
        if any(character in found for character in "\"*\\'") or not all(found.split(".")):
            self.refuse(place, f"{found!r} is no property's name.")
            return "?"
        return found

    def _word(self, value: Any, place: Place, sentence: str, most: int = 63) -> str:
        if not isinstance(value, str) or not value or len(value) > most:
            self.refuse(place, sentence)
            return "?"
        return value
