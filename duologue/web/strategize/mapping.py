"""The map beside a script: turns as boxes in layers, lines as wide as the people who went that way."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duologue.strategize.dialogues.rules.plan import Plan

WIDTH, ROW, BOX, HIGH, WIDEST = 340, 78, 96, 34, 14
END = "end"


@dataclass(frozen=True, slots=True)
class Node:
    """A turn on the map."""

    name: str
    x: float
    y: float
    width: float
    here: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one turn to another."""

    path: str
    width: float
    x: float
    y: float
    number: int | None
    quiet: bool

    @property
    def wide(self) -> bool:
        """Say whether it is drawn as a band and not as a dotted line."""
        return self.width > 3


@dataclass(frozen=True, slots=True)
class Map:
    """All of it, in a drawing of this height."""

    height: int
    width: int
    nodes: list[Node]
    edges: list[Edge]


def drawn(plan: Plan, report: dict[str, Any] | None) -> Map:
    """Lay the turns out in layers by the fewest steps from the start, in the order written within a layer."""
    ways = _ways(plan)
    layers = _layers(plan, ways)
    counted = (report or {}).get("turns") or {}
    places: dict[str, tuple[float, float, float]] = {}
    for depth, names in enumerate(layers):
        box = min(BOX, (WIDTH - 8 * (len(names) - 1)) / len(names))
        for index, name in enumerate(names):
            places[name] = (WIDTH * (index + 0.5) / len(names), depth * ROW + HIGH / 2 + 4, box)
    numbers = _numbers(counted)
    most = max(numbers.values(), default=0)
    edges = [_edge(places[here], places[there], numbers.get((here, there)) if report else None, most, quiet=quiet)
             for (here, there), quiet in ways.items() if here in places and there in places and here != there]  # fmt: skip
    nodes = [
        Node(name, x, y, box, (counted.get(name) or {}).get("there_now", 0) if report else None) for name, (x, y, box) in places.items()
    ]
    return Map(height=len(layers) * ROW - (ROW - HIGH) + 10, width=WIDTH, nodes=nodes, edges=edges)


def _ways(plan: Plan) -> dict[tuple[str, str], bool]:
    ways: dict[tuple[str, str], bool] = {}
    for name, turn in plan.turns.items():
        silent = {line.then for line in turn.listen if line.hears == "silence"}
        ahead = [line.then for line in turn.listen] + [branch.then for branch in turn.branches] + [turn.then, turn.otherwise]
        for then in ahead:
            if then and then in plan.turns:
                ways[name, then] = ways.get((name, then), True) and then in silent
    for line in plan.anytime:
        if line.then and line.then in plan.turns:
            ways.setdefault((plan.start, line.then), True)
    return ways


def _layers(plan: Plan, ways: dict[tuple[str, str], bool]) -> list[list[str]]:
    depth = {plan.start: 0}
    waiting = deque([plan.start])
    while waiting:
        here = waiting.popleft()
        for start, there in ways:
            if start == here and there not in depth:
                depth[there] = depth[here] + 1
                waiting.append(there)
    layers: dict[int, list[str]] = {}
    for name in plan.turns:
        layers.setdefault(depth.get(name, max(depth.values()) + 1), []).append(name)
    return [layers[key] for key in sorted(layers)]


def _numbers(counted: dict[str, Any]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for name, turn in counted.items():
        for left in turn.get("left") or []:
            found[name, left["then"]] += left["people"]
    return found


def _edge(here: tuple[float, float, float], there: tuple[float, float, float], number: int | None, most: int, *, quiet: bool) -> Edge:
    (x, y, box), (to_x, to_y, to_box) = here, there
    width = max(1.5, WIDEST * (number or 0) / most) if most else 1.5
    if to_y > y:
        start, end = y + HIGH / 2, to_y - HIGH / 2
        bend = (end - start) / 2
        path = f"M{x:.0f} {start:.0f}C{x:.0f} {start + bend:.0f} {to_x:.0f} {end - bend:.0f} {to_x:.0f} {end:.0f}"
        return Edge(path, width, x + (to_x - x) * 0.5, start + bend + 4, number, quiet)
    side = -1 if to_x <= x else 1
    start_x, end_x = x - side * box / 2, to_x - side * to_box / 2
    if to_y == y:
        start_x, end_x = x + side * box / 2, to_x - side * to_box / 2
        return Edge(f"M{start_x:.0f} {y:.0f}L{end_x:.0f} {to_y:.0f}", width, (start_x + end_x) / 2, y - 4, number, quiet)
    out = max(start_x, end_x) + 14 if side < 0 else min(start_x, end_x) - 14
    path = f"M{start_x:.0f} {y:.0f}C{out:.0f} {y:.0f} {out:.0f} {to_y:.0f} {end_x:.0f} {to_y:.0f}"
    return Edge(path, width, out, (y + to_y) / 2, number, quiet)
