"""What a generated function calls: loops and limits as python-liquid has them, and its own comparisons."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from liquid import RenderContext, Undefined
from liquid.builtin.expressions import logical
from liquid.builtin.tags.for_tag import ForLoop

if TYPE_CHECKING:
    from liquid import BoundTemplate

PLAIN: Final = frozenset([str, int, float, list, dict, bool, type(None)])  # types whose truth is known
NO_BOUND: Final = sys.maxsize // 2


class NotCovered(Exception):
    """A template, or a value that it meets, is left to python-liquid."""


def words(template: BoundTemplate) -> dict[str, Any]:
    """Return what the function calls, with the limits of the template's environment."""
    env, context = template.env, RenderContext(template)
    turns_at_most, space = env.loop_iteration_limit or sys.maxsize, env.local_namespace_limit or sys.maxsize
    letters = (env.output_stream_limit or sys.maxsize) // 4  # of up to four bytes each

    def assign(made: dict[str, Any], name: str, value: Any) -> None:
        made[name] = value
        if sum(sys.getsizeof(one, 1) for one in made.values()) > space:
            raise NotCovered("too many values are kept")

    def turns(found: Any, times: int, limit: Any = NO_BOUND, offset: Any = 0, is_reversed: bool = False) -> Sequence[Any]:  # noqa: FBT001, FBT002
        items = _items(found)
        if limit != NO_BOUND or offset != 0:
            if type(limit) is not int or type(offset) is not int or limit <= 0 or offset < 0:
                raise NotCovered("bounds that need a closer look")
            items = items[offset : offset + limit]
        if times * len(items) > turns_at_most:
            raise NotCovered("too many turns")
        return items[::-1] if is_reversed else items

    def room(out: list[Any], used: list[int]) -> None:
        used[1] += sum(map(len, out[used[0] :]))
        used[0] = len(out)
        if used[1] > letters:
            raise NotCovered("too long")

    return {
        "context": context,
        "item": context.get_item,
        "missing": (KeyError, TypeError, IndexError),
        "nothing": Undefined("nothing"),
        "true": _true,
        "eq": logical._eq,  # noqa: SLF001 - Liquid's own comparisons, proved equal by test
        "lt": logical._lt,  # noqa: SLF001 - the same
        "le": logical._le,  # noqa: SLF001 - the same
        "contains": logical._contains,  # noqa: SLF001 - the same
        "ForLoop": ForLoop,
        "assign": assign,
        "turns": turns,
        "room": room,
    }


def _true(found: Any) -> bool:
    return found is not None and found is not False if type(found) in PLAIN else bool(logical.is_truthy(found))


def _items(found: Any) -> Sequence[Any]:
    if isinstance(found, Mapping):
        return list(found.items())
    if isinstance(found, str):
        return [found] if found else []
    return found if isinstance(found, Sequence) else []
