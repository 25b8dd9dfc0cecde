"""Care at the beginning: some first and the others later, stopping when it is taken badly, warming a domain up, trying variants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import parse_duration
from duologue.strategize.dialogues.rules import parts
from duologue.strategize.dialogues.rules.plan import First, StopIf, Trial, WarmUp
from duologue.strategize.dialogues.rules.terms import rate, share

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place
    from duologue.strategize.dialogues.rules.plan import Trigger

PLAIN: Final = "plain"  # a message as it is, beside its variants
BEST: Final = "best"  # the variant that is yet to turn out best
MOST_VARIANTS: Final = 4
BY: Final = ("responses", "goal", "stays")
PER: Final = ("receiving", "sending")
SHARES: Final = ("bounced", "reported", "left")
_VARIANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def head(document: Document, starts: tuple[Trigger, ...]) -> dict[str, Any]:
    """Read first, stop_if, warm_up and archive."""
    data = document.data
    made: dict[str, Any] = {}
    if "first" in data:
        made["first"] = _first(document, data["first"])
        if starts and not all(trigger.is_timed for trigger in starts):
            document.refuse(("first",), "`first` lets some of an audience in before the others; what something starts cannot wait.")
    if "stop_if" in data:
        made["stop_if"] = _stop_if(document, data["stop_if"])
    if "warm_up" in data:
        made["warm_up"] = _warm_up(document, data["warm_up"])
    if "archive" in data:
        made["archive"] = data["archive"] is True
        if not isinstance(data["archive"], bool):
            document.refuse(("archive",), "`archive` is true, where everybody may read it later on a page, or false.")
    return made


def test(document: Document, place: Place, value: Any) -> Trial | None:
    """Read {of: [VARIANT, …], share, for, by}."""
    wanted = {"of", "share", "for"}
    if not _is_map(document, place, value, {*wanted, "by"}, "{of: [plain, short], share: 20%, for: 4h}", wanted):
        return None
    of = value["of"] if isinstance(value["of"], list) else []
    if not 2 <= len(of) <= MOST_VARIANTS or len(set(map(str, of))) < len(of):
        document.refuse((*place, "of"), f"A test is of two to {MOST_VARIANTS} different variants; the message as it is, is `plain`.")
    for index, one in enumerate(of):
        if one == BEST or not isinstance(one, str) or not _VARIANT.fullmatch(one):
            document.refuse((*place, "of", index), f"A variant has a name of small letters, digits and hyphens, and not `best`: {one!r}.")
    by = parts.one_of(document, (*place, "by"), value.get("by", BY[0]), BY, "`by`")
    hold = parts.duration(document, (*place, "for"), value["for"])
    return Trial(tuple(map(str, of)), share(document, (*place, "share"), value["share"], "The `share` of a test"), hold, by)


def drawn(tested: Trial, number: float, *, is_first: bool = False) -> str:
    """Return the variant for a number from 0 up to 1 that chance gave: one of the test, or BEST for whoever waits.

    Those who begin before the others never wait: their letters are to show how the message is taken.
    """
    share = 1.0 if is_first else tested.share
    return BEST if number >= share else tested.of[int(number / share * len(tested.of))]


def taken_badly(limits: StopIf, arrived: int, came: dict[str, int]) -> str:
    """Say which share of the letters that arrived passes its limit, in a sentence; empty where none does, or too few have arrived.

    `came` counts those that bounced, were reported as spam, and after which people left.
    """
    if arrived < limits.least:
        return ""
    said = {"bounced": "bounced", "reported": "were reported as spam", "left": "made people unsubscribe"}
    over = [key for key in SHARES if 0 < getattr(limits, key) < came.get(key, 0) / arrived]
    return " ".join(
        f"{came[key]} of {arrived} letters {said[key]}: {came[key] / arrived:.1%}, more than the {getattr(limits, key):.2%} allowed."
        for key in over
    )


def _first(document: Document, value: Any) -> First | None:
    if not _is_map(document, ("first",), value, {"people", "for"}, "{people: 100, for: 2h}", {"people", "for"}):
        return None
    people = value["people"]
    if isinstance(people, bool) or not isinstance(people, int) or not 1 <= people <= 1_000_000:
        document.refuse(("first", "people"), f"`people` is a number from 1 up, not {people!r}.")
        people = 1
    return First(people, parts.duration(document, ("first", "for"), value["for"]))


def _stop_if(document: Document, value: Any) -> StopIf | None:
    example = "{bounced: 5%, reported: 0.3%, left: 2%}"
    if not _is_map(document, ("stop_if",), value, {*SHARES, "least"}, example, set()):
        return None
    limits = {key: share(document, ("stop_if", key), value[key], f"`{key}`") for key in SHARES if key in value}
    if not limits:
        document.refuse(("stop_if",), f"`stop_if` names no limit; it is {example}.")
    least = value.get("least", StopIf().least)
    if isinstance(least, bool) or not isinstance(least, int) or least < 1:
        document.refuse(("stop_if", "least"), f"`least` is the number of letters from which on shares say something, not {least!r}.")
        least = 1
    return StopIf(**limits, least=least)


def _warm_up(document: Document, value: Any) -> WarmUp | None:
    example, wanted = "{from: 200/day, doubling: 2d, to: 20000/day, per: receiving}", {"from", "doubling", "to"}
    if not _is_map(document, ("warm_up",), value, {*wanted, "per"}, example, wanted):
        return None
    first, most = rate(document, ("warm_up", "from"), value["from"]), rate(document, ("warm_up", "to"), value["to"])
    doubling = parts.duration(document, ("warm_up", "doubling"), value["doubling"])
    if most < first:
        document.refuse(("warm_up", "to"), "`warm_up` rises: its `to` is at least its `from`.")
    if doubling and parse_duration(doubling).days < 1:
        document.refuse(("warm_up", "doubling"), "`doubling` of a warm-up is a day or longer; a day's number holds all day.")
    return WarmUp(first, doubling, most, parts.one_of(document, ("warm_up", "per"), value.get("per", PER[0]), PER, "`per` of a warm-up"))


def _is_map(document: Document, place: Place, value: Any, known: set[str], example: str, wanted: set[str]) -> bool:  # noqa: PLR0917
    if not isinstance(value, dict) or not wanted <= value.keys():
        document.refuse(place, f"`{place[-1]}` is a map, as in {example}.")
        return False
    document.unknown_keys(place, value, known, f"`{place[-1]}`")
    return True
