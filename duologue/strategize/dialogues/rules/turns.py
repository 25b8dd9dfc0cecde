"""Reading turns and the lines they listen with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duologue.kit.yaml import suggestion
from duologue.strategize.dialogues.rules import parts
from duologue.strategize.dialogues.rules.plan import Branch, Line, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.kit.yaml import Document, Place

INTENTS = (
    "yes", "no", "question", "complaint", "praise", "joke", "thanks", "later", "opt_out", "wrong_person", "moved", "other",
)  # fmt: skip
DOES = ("say", "ask", "give", "branch", "learn", "wait", "hand_over")
NOT_YET_DOES = ("experiment", "call", "tell", "enter")
BESIDE = {"hand_over": ("priority", "within", "brief", "pause"), "call": ("with",)}
ANY_OF = frozenset(
    {"by", "kind", "purpose", "topic", "window", "clock", "only_if", "otherwise", "too_late", "arrives", "listen", "then", "was", "note"}
)
ALL_KEYS = ANY_OF | set(DOES) | set(NOT_YET_DOES) | {key for keys in BESIDE.values() for key in keys}
RESPONSES = (
    "clicked", "visited", "replied", "answered", "redeemed", "event", "joined", "left", "granted", "refused", "snoozed",
    "withheld", "failed", "closed", "overdue", "silence",
)  # fmt: skip
NOT_YET_RESPONSES = ("scanned", "called", "attended", "ok")
LINE_KEYS = frozenset({"where", "learn", "at_most", "then"})


class Reader:
    """Reads the turns of one dialogue, noting mistakes and every place that names a turn."""

    def __init__(self, document: Document, defaults: Mapping[str, Any]) -> None:
        self.document = document
        self.defaults = defaults
        self.targets: list[tuple[Place, str]] = []

    def target(self, place: Place, value: Any) -> str:
        """Read the name of a turn to go to."""
        named = parts.name(self.document, place, value, "A turn")
        self.targets.append((place, named))
        return named

    def turn(self, place: Place, name: str, given: Any) -> Turn:
        """Read one turn."""
        if not isinstance(given, dict):
            self.document.refuse(place, f"The turn {name!r} needs a map, as in {{say: MESSAGE, listen: […]}}.")
            return Turn(name=name, does="learn")
        self.document.unknown_keys(place, given, ALL_KEYS, "A turn")
        does = self._does(place, name, given)
        made = {**self._shared(place, given), **self._own(place, does, given)}
        return Turn(name=name, does=does, **made)

    def _does(self, place: Place, name: str, given: dict[str, Any]) -> str:
        for key in NOT_YET_DOES:
            if key in given:
                self.document.refuse((*place, key), f"`{key}` is not yet understood as a turn.")
                return "learn" if key != "tell" else "say"
        found = [key for key in DOES if key in given]
        if "say" in found and len(found) > 1 and found[0] == "say":
            found.remove("say")
        if not found:
            self.document.refuse(place, f"The turn {name!r} does nothing; it needs one of {', '.join(DOES)}.")
            return "learn"
        if len(found) > 1:
            self.document.refuse(place, f"The turn {name!r} does {' and '.join(found)}; a turn does one thing.")
        if "say" in given and found[0] not in {"say", "ask", "give"}:
            self.document.refuse((*place, "say"), f"A turn that does {found[0]} says nothing; make two turns.")
        for owner, keys in BESIDE.items():
            for key in keys:
                if key in given and owner != found[0]:
                    self.document.refuse((*place, key), f"`{key}` stands only beside `{owner}`.")
        return found[0]

    def _shared(self, place: Place, given: dict[str, Any]) -> dict[str, Any]:
        document, made = self.document, dict(self.defaults)
        if "by" in given:
            made["by"] = parts.channels(document, (*place, "by"), given["by"])
        if "kind" in given:
            made["kind"] = parts.one_of(document, (*place, "kind"), given["kind"], ("promotion", "service"), "`kind`")
        if "purpose" in given:
            made["purpose"] = parts.name(document, (*place, "purpose"), given["purpose"], "A purpose")
        if "topic" in given:
            made["topic"] = parts.name(document, (*place, "topic"), given["topic"], "A topic")
        if "window" in given:
            made["window"] = parts.window(document, (*place, "window"), given["window"])
        if "clock" in given:
            made["clock"] = parts.clock(document, (*place, "clock"), given["clock"])
        if "too_late" in given:
            made["too_late"] = parts.duration(document, (*place, "too_late"), given["too_late"])
        if "arrives" in given:
            document.refuse((*place, "arrives"), "`arrives` is not yet understood.")
        if "only_if" in given:
            made["only_if"] = parts.condition(document, (*place, "only_if"), given["only_if"], bare=False)
        if "otherwise" in given:
            made["otherwise"] = self.target((*place, "otherwise"), given["otherwise"])
        if "then" in given:
            made["then"] = self.target((*place, "then"), given["then"])
        if "listen" in given:
            made["listen"] = self.lines((*place, "listen"), given["listen"])
        for key in ("was", "note"):
            if key in given:
                made[key] = parts.text(document, (*place, key), given[key], f"`{key}`")
        return made

    def _own(self, place: Place, does: str, given: dict[str, Any]) -> dict[str, Any]:
        document = self.document
        made: dict[str, Any] = {}
        if "say" in given:
            made["message"] = parts.name(document, (*place, "say"), given["say"], "A message")
        if does == "ask" and "ask" in given:
            made.update(self._ask((*place, "ask"), given["ask"]))
        elif does == "give" and "give" in given:
            listed = given["give"] if isinstance(given["give"], list) else [given["give"]]
            made["gives"] = tuple(parts.name(document, (*place, "give", index), one, "An offer") for index, one in enumerate(listed))
        elif does == "branch" and "branch" in given:
            made["branches"] = self._branches((*place, "branch"), given["branch"])
        elif does == "learn" and "learn" in given:
            made["learn"] = self._learn((*place, "learn"), given["learn"])
        elif does == "wait":
            made["wait"] = parts.moment(document, (*place, "wait"), given["wait"], self._late)
        elif does == "hand_over":
            made.update(self._hand_over(place, given))
        return made

    def _late(self, place: Place, value: str) -> None:
        self.target(place, value)

    def _ask(self, place: Place, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            if set(value) != {"consent"}:
                self.document.refuse(place, "`ask` names a survey, or {consent: PURPOSE}.")
                return {}
            return {"consent": parts.name(self.document, (*place, "consent"), value["consent"], "A purpose")}
        return {"survey": parts.name(self.document, place, value, "A survey")}

    def _branches(self, place: Place, value: Any) -> tuple[Branch, ...]:
        if not isinstance(value, list) or not value:
            self.document.refuse(place, "`branch` is a list, as in [{when: COND, then: T}, {otherwise: T}].")
            return ()
        made: list[Branch] = []
        for index, given in enumerate(value):
            here = (*place, index)
            if isinstance(given, dict) and set(given) == {"otherwise"}:
                made.append(Branch(then=self.target((*here, "otherwise"), given["otherwise"])))
                if index < len(value) - 1:
                    self.document.refuse(here, "`otherwise` is the last of a branch; what follows it is never reached.")
            elif isinstance(given, dict) and set(given) == {"when", "then"}:
                when = parts.condition(self.document, (*here, "when"), given["when"], bare=False)
                made.append(Branch(then=self.target((*here, "then"), given["then"]), when=when))
            else:
                self.document.refuse(here, "Each way of a branch is {when: COND, then: T}, the last {otherwise: T}.")
        if not (isinstance(value[-1], dict) and "otherwise" in value[-1]):
            self.document.refuse(place, "This branch needs {otherwise: T} at its end, for all that no condition fits.")
        return tuple(made)

    def _learn(self, place: Place, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            self.document.refuse(place, "`learn` is a map, as in {favourite: tea}.")
            return {}
        for key, one in value.items():
            here = (*place, key)
            if "." in key:
                self.document.refuse(here, f"`learn` names a fact without dots, as in {key.rpartition('.')[2]!r}.")
            if isinstance(one, dict):
                if set(one) != {"from"}:
                    self.document.refuse(here, "A fact is a value or {from: PATH}.")
                else:
                    parts.path(self.document, (*here, "from"), one["from"])
        return value

    def _hand_over(self, place: Place, given: dict[str, Any]) -> dict[str, Any]:
        document = self.document
        made: dict[str, Any] = {"team": parts.name(document, (*place, "hand_over"), given["hand_over"], "A team")}
        if "within" in given:
            made["within"] = parts.duration(document, (*place, "within"), given["within"])
        if "brief" in given:
            made["brief"] = parts.text(document, (*place, "brief"), given["brief"], "`brief`")
        if "pause" in given:
            made["pause"] = parts.one_of(document, (*place, "pause"), given["pause"], ("promotion", "none"), "`pause`")
        if "priority" in given:
            priority = given["priority"]
            if isinstance(priority, dict) and set(priority) == {"from"}:
                parts.path(document, (*place, "priority", "from"), priority["from"])
            elif not isinstance(priority, int) or not 1 <= priority <= 9:
                document.refuse((*place, "priority"), "`priority` is a number from 1, the most urgent, to 9.")
            made["priority"] = priority
        return made

    def lines(self, place: Place, given: Any) -> tuple[Line, ...]:
        """Read the lines of `listen` or `anytime`."""
        if not isinstance(given, list) or not given:
            self.document.refuse(place, "Lines are a list, as in [{clicked: any, then: T}, {silence: 3d, then: end}].")
            return ()
        return tuple(line for index, one in enumerate(given) if (line := self._line((*place, index), one)) is not None)

    def _line(self, place: Place, given: Any) -> Line | None:
        if not isinstance(given, dict):
            self.document.refuse(place, "A line is a map, as in {clicked: any, then: T}.")
            return None
        known = {*LINE_KEYS, *RESPONSES, *NOT_YET_RESPONSES}
        for key in given:
            if key not in known:
                near = suggestion(key, known)
                self.document.refuse((*place, key), f"No response and no part of a line is called {key!r}{near}.")
        heard = [key for key in given if key in RESPONSES or key in NOT_YET_RESPONSES]
        if not heard and not given.keys() <= known:
            return None
        if len(heard) != 1:
            self.document.refuse(place, f"A line hears one response, this one hears {' and '.join(heard) or 'none'}.")
            return None
        hears = heard[0]
        made = self._rest_of_line(place, given)
        if hears in NOT_YET_RESPONSES:
            self.document.refuse((*place, hears), f"The response `{hears}` is not yet understood.")
            return None
        what, moment = given[hears], None
        if hears == "silence":
            moment = parts.moment(self.document, (*place, hears), what, self._late)
            written, what = f"silence: {as_written(what)}", None
        else:
            self._what((*place, hears), hears, what)
            written = f"{hears}: {as_written(what)}"
        return Line(hears=hears, written=written[:160], what=what, moment=moment, **made)

    def _rest_of_line(self, place: Place, given: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if "where" in given:
            made["where"] = parts.condition(self.document, (*place, "where"), given["where"], bare=True)
        if "learn" in given:
            made["learn"] = self._learn((*place, "learn"), given["learn"])
        if "at_most" in given:
            most = given["at_most"]
            if not isinstance(most, int) or isinstance(most, bool) or most < 1:
                self.document.refuse((*place, "at_most"), "`at_most` is a number from 1 up.")
                most = 1
            made["at_most"] = most
        if "then" in given:
            made["then"] = self.target((*place, "then"), given["then"])
        return made

    def _what(self, place: Place, hears: str, what: Any) -> None:
        if hears in {"snoozed", "overdue"} and what != "any":
            self.document.refuse(place, f"`{hears}` is written `{hears}: any`.")
        elif hears == "answered" and isinstance(what, dict):
            for question, wanted in what.items():
                parts.comparison(self.document, (*place, question), wanted)
        elif hears == "replied" and isinstance(what, dict):
            words = what.get("says")
            if set(what) != {"says"} or not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                self.document.refuse(place, "`replied` names an intent, any, or {says: [WORD, …]}.")
        elif hears == "replied":
            if what != "any" and what not in INTENTS:
                near = suggestion(str(what), INTENTS)
                self.document.refuse(place, f"There is no intent {what!r}{near}; the intents are {', '.join(INTENTS)}.")
        elif not isinstance(what, str | int):
            self.document.refuse(place, f"`{hears}` names what is heard, or any.")


def as_written(value: Any) -> str:
    """Return a value of the language on one line, as people write it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {as_written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_written(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
