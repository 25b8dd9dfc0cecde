"""Reading comparisons (CMP): a value, a list of values, or a map of words such as over and before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import parse_duration, parse_moment
from duologue.kit.yaml import suggestion
from duologue.strategize.segments.rules.tree import Compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.kit.yaml import Place

    Refuse = Callable[[Place, str], None]

SIZES: Final = ("over", "under", "at_least", "at_most")
MOST: Final = 100_000_000_000_000
COMPARISONS: Final = ("is", "not", *SIZES, "before", "after", "within", "has", "known")


def read_compare(value: Any, refuse: Refuse) -> list[Compare]:
    """Return the comparisons; each must hold. A moment given as a duration means that long ago."""
    if not isinstance(value, dict) or "from" in value:
        return _one("is", value, refuse, ())
    if not value:
        refuse((), "A comparison needs a value, as in {over: 5}.")
    found: list[Compare] = []
    for op, operand in value.items():
        if op in COMPARISONS:
            found += _one(op, operand, refuse, (op,))
        else:
            refuse((op,), f"A comparison knows no {op!r}{suggestion(str(op), COMPARISONS)}.")
    return found


def _one(op: str, operand: Any, refuse: Refuse, place: Place) -> list[Compare]:
    if isinstance(operand, dict):
        return _from(op, operand, refuse, place)
    if op == "known":
        return _checked(op, operand, isinstance(operand, bool), "known is true or false.", refuse, place)
    if op in {"is", "not"} and not _too_large(operand):
        values = operand if isinstance(operand, list) else [operand]
        good = bool(values) and all(isinstance(one, str | int | float | bool) for one in values)
        return _checked(op, operand, good, "This is compared with a text, a number, true or false, or a list of them.", refuse, place)
    if _too_large(operand):
        refuse(place, f"Numbers go up to {MOST:,}.")
        return []
    if op in SIZES:
        good = isinstance(operand, int | float) and not isinstance(operand, bool)
        return _checked(op, operand, good, f"{op} is followed by a number.", refuse, place)
    if op == "has":
        return _checked(op, operand, isinstance(operand, str | int | float | bool), "has is followed by one value.", refuse, place)
    return _moment(op, operand, refuse, place)


def _from(op: str, operand: dict[str, Any], refuse: Refuse, place: Place) -> list[Compare]:
    path = operand.get("from")
    if op in {"known", "within", "has"}:
        refuse(place, f"{op} takes a plain value.")
    elif set(operand) != {"from"} or not isinstance(path, str) or not path.startswith("person.") or len(path) <= len("person."):
        refuse(place, "A value from elsewhere is a fact of the person, as in {from: person.city}.")
    else:
        return [Compare(op, None, path.removeprefix("person."))]
    return []


def _moment(op: str, operand: Any, refuse: Refuse, place: Place) -> list[Compare]:
    if op != "within" and isinstance(operand, str) and (at := parse_moment(operand)):
        return [Compare(op, at.replace(tzinfo=None).isoformat())]
    try:
        return [Compare(op, int(parse_duration(operand).total_seconds()))]
    except ValueError:
        sentence = (
            "within is followed by a duration, as in 30d."
            if op == "within"
            else f"{op} is followed by a date, or by how long ago, as in 30d."
        )
        refuse(place, sentence)
        return []


def _checked(op: str, operand: Any, good: bool, sentence: str, refuse: Refuse, place: Place) -> list[Compare]:  # noqa: FBT001 - a finding
    if good:
        return [Compare(op, operand)]
    refuse(place, sentence)
    return []


def _too_large(operand: Any) -> bool:
    values = operand if isinstance(operand, list) else [operand]
    return any(isinstance(one, int | float) and not abs(one) < MOST for one in values)
