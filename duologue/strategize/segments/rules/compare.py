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
    if op in {"before", "after", "within"}:
        return _moment(op, operand, refuse, place)
    wrong = _wrong(op, operand)
    if wrong:
        refuse(place, wrong)
        return []
    return [Compare(op, operand)]


def _wrong(op: str, operand: Any) -> str | None:
    """Return a sentence where an operand makes no sense."""
    values = operand if isinstance(operand, list) else [operand]
    if any(isinstance(one, int | float) and not abs(one) < MOST for one in values):
        return f"Numbers go up to {MOST:,}."
    if op == "known":
        return None if isinstance(operand, bool) else "known is true or false."
    if op in {"is", "not"}:
        good = bool(values) and all(isinstance(one, str | int | float) for one in values)
        return None if good else "This is compared with a text, a number, true or false, or a list of them."
    if op in SIZES:
        good = isinstance(operand, int | float) and not isinstance(operand, bool)
        return None if good else f"{op} is followed by a number."
    return None if isinstance(operand, str | int | float) else "has is followed by one value."


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
