"""Parsed Liquid as a Python function, in which only values are looked up: what stands still was escaped and quoted before.

The function is made from python-liquid's parse tree. Its source holds our own words and numbers alone: every text, name and
literal of a template reaches it as a constant. A tag that is not covered makes no function, and one that meets something odd
while it runs (a limit, a filter's error) raises: in both cases python-liquid does the whole work, and its outcome counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import logical, primitive
from liquid.builtin.expressions.filtered import Filter, FilteredExpression
from liquid.builtin.expressions.path import Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.inline_comment_tag import InlineCommentNode
from liquid.builtin.tags.unless_tag import UnlessNode

from duologue.engage.templates.called import NO_BOUND, NotCovered, words

if TYPE_CHECKING:
    from liquid import BoundTemplate
    from liquid.ast import BlockNode

Write = Callable[[Mapping[str, Any]], list[Any]]
DEEPEST: Final = 6  # loops within loops, below python-liquid's own limit
SELDOM: Final = 200  # pieces of a loop, after which their length is looked at
MOST_AT_ONCE: Final = 50  # pieces in one line
COMPARISONS: Final = {
    logical.EqExpression: "eq({0}, {1})",
    logical.NeExpression: "not eq({0}, {1})",
    logical.LtExpression: "lt(None, {0}, {1})",
    logical.GtExpression: "lt(None, {1}, {0})",
    logical.LeExpression: "le({0}, {1})",
    logical.GeExpression: "le({1}, {0})",
    logical.ContainsExpression: "contains(None, {0}, {1})",
}


def function(
    template: BoundTemplate, *, still: Callable[[str], Any], kept: Mapping[str, Any], say: Callable[[Any], Any], ready: type | None = None
) -> Write:
    """Return the function that gives a template's pieces for its values. Raises NotCovered.

    `still` makes a piece of a text that stands still, `kept[text]` of a plain text among the values, `say` of any other value;
    values of the type `ready` have theirs with them, as `piece`.
    """
    return _Maker(template, still, {"kept": kept, "say": say, "ready": ready}).made()


class _Maker:
    """Writes the function, line by line."""

    def __init__(self, template: BoundTemplate, still: Callable[[str], Any], names: dict[str, Any]) -> None:
        self._template = template
        self._env = template.env
        self._still = still
        self._names = {**names, **words(template)}
        self._lines: list[str] = []
        self._said: list[str] = []  # pieces of which no line is written yet
        self._indent = 1
        self._temporaries = 0
        self._loops: list[tuple[str, str]] = []  # each loop's name and the variable that holds its present item
        self._counted: set[int] = set()  # loops, by depth, whose turns are asked about
        self._assigned = {node.name for node in _all_nodes(template.nodes) if isinstance(node, AssignNode)}

    def made(self) -> Write:
        try:
            self._nodes(self._template.nodes)
            body = "\n".join(self._lines)
            source = f"def write(values):\n out = []\n made = {{}}\n used = [0, 0]\n n0 = 1\n{body}\n return out"
            exec(compile(source, "<message>", "exec"), self._names)  # noqa: S102 - our own words and numbers; see above
        except (RecursionError, SyntaxError, MemoryError) as error:  # nested too deeply
            raise NotCovered(str(error)) from None
        write: Write = self._names["write"]
        return write

    def _line(self, text: str) -> None:
        self._lines.append(" " * self._indent + text)

    def _constant(self, value: Any) -> str:
        name = f"c{len(self._names)}"
        self._names[name] = value
        return name

    def _temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def _nodes(self, nodes: Sequence[Any], *, is_mute: bool = False) -> None:
        for node in nodes:
            if isinstance(node, ContentNode):
                if node.text and not is_mute:
                    self._said.append(self._constant(self._still(node.text)))
            elif type(node) in WRITERS:
                if type(node) in WAYS:
                    self._say()
                WRITERS[type(node)](self, node)
            else:
                raise NotCovered(type(node).__name__)
        self._say()

    def _say(self) -> None:
        """Put out in one line what follows one another whatever the values are."""
        for at in range(0, len(self._said), MOST_AT_ONCE):
            self._line(f"out += ({', '.join(self._said[at : at + MOST_AT_ONCE])},)")
        self._said.clear()

    def _block(self, block: BlockNode) -> None:
        """Write a block one step further in; blocks without a word say nothing, not even their white space."""
        self._indent += 1
        self._line("pass")
        self._nodes(block.nodes, is_mute=block.blank)
        self._indent -= 1

    def nothing(self, _: Any) -> None:
        """Write nothing for a comment."""

    def output(self, node: OutputNode) -> None:
        value = self._filtered(node.expression)
        other = f"{value}.piece if type({value}) is ready else say({value})" if self._names["ready"] else f"say({value})"
        self._said.append(f"kept[{value}] if type({value}) is str else {other}")

    def assign(self, node: AssignNode) -> None:
        self._line(f"assign(made, {self._constant(str(node.name))}, {self._filtered(node.expression)})")

    def choice(self, node: IfNode | UnlessNode) -> None:
        condition = self._truth(node.condition)
        began = self._indent
        self._line(f"if not {condition}:" if isinstance(node, UnlessNode) else f"if {condition}:")
        self._block(node.consequence)
        for alternative in node.alternatives:
            self._line("else:")
            self._indent += 1
            self._line(f"if {self._truth(alternative.expression)}:")
            self._block(alternative.block)
        if node.default:
            self._line("else:")
            self._block(node.default)
        self._indent = began

    def case(self, node: CaseNode) -> None:
        value, is_open = self._value(node.expression), self._temporary()
        self._line(f"{is_open} = True")
        for block in node.blocks:
            if isinstance(block, MultiExpressionBlockNode):
                if any(isinstance(inner, BreakNode | ContinueNode) for inner in _all_nodes(block.block.nodes)):
                    raise NotCovered("a jump out of a case")
                times = " + ".join(f"eq({value}, {self._value(one)})" for one in block.expression.expressions)
                self._line(f"for _ in range({times}):")
                self._block(block.block)
                self._line(f" {is_open} = False")
            else:
                self._line(f"if {is_open}:")
                self._block(block)

    def loop(self, node: ForNode) -> None:
        expression, depth = node.expression, len(self._loops) + 1
        if depth > DEEPEST or isinstance(expression.offset, primitive.StringLiteral):
            raise NotCovered("a loop too deep, or one that goes on where another ended")
        items, item, more = self._temporary(), f"v{depth}", ""
        if expression.limit is not None or expression.offset is not None or expression.reversed:
            limit = str(NO_BOUND) if expression.limit is None else self._value(expression.limit)
            offset = "0" if expression.offset is None else self._value(expression.offset)
            more = f", {limit}, {offset}, {bool(expression.reversed)}"
        self._line(f"{items} = turns({self._value(expression.iterable)}, n{depth - 1}{more})")
        self._line(f"if {items}:")
        self._indent += 1
        self._line(f"n{depth} = n{depth - 1} * len({items})")
        begins = len(self._lines)
        self._line(f"for {item} in {items}:")
        self._line(f" if len(out) - used[0] > {SELDOM}: room(out, used)")
        self._loops.append((str(expression.identifier), item))
        self._block(node.block)
        self._loops.pop()
        if depth in self._counted:
            self._counted.discard(depth)
            counting = f"f{depth} = ForLoop('', iter({items}), len({items}), nothing)"
            self._lines[begins] = " " * self._indent + f"{counting}\n" + " " * self._indent + f"for {item} in f{depth}:"
        self._indent -= 1
        if node.default:
            self._line("else:")
            self._block(node.default)

    def jump(self, node: BreakNode | ContinueNode) -> None:
        if not self._loops:
            raise NotCovered("a jump out of no loop")
        self._line("break" if isinstance(node, BreakNode) else "continue")

    def _truth(self, expression: Any) -> str:
        if isinstance(expression, logical.BooleanExpression):
            return self._truth(expression.expression)
        if isinstance(expression, logical.LogicalAndExpression):
            return f"({self._truth(expression.left)} and {self._truth(expression.right)})"
        if isinstance(expression, logical.LogicalOrExpression):
            return f"({self._truth(expression.left)} or {self._truth(expression.right)})"
        if type(expression) in COMPARISONS:
            return "(" + COMPARISONS[type(expression)].format(self._operand(expression.left), self._operand(expression.right)) + ")"
        return f"true({self._value(expression)})"

    def _operand(self, expression: Any) -> str:
        is_compared = type(expression) in COMPARISONS or isinstance(expression, logical.LogicalAndExpression | logical.LogicalOrExpression)
        return self._truth(expression) if is_compared else self._value(expression)

    def _filtered(self, expression: Any) -> str:
        if type(expression) is not FilteredExpression:
            raise NotCovered(type(expression).__name__)
        value = self._value(expression.left)
        for one in expression.filters or ():
            value = self._filter(one, value)
        return value

    def _filter(self, one: Filter, value: str) -> str:
        called = self._env.filters[one.name]
        if getattr(called, "with_context", False):
            raise NotCovered(one.name)
        if getattr(called, "with_environment", False):
            called = partial(called, environment=self._env)
        given = [value]
        for argument in one.args:
            name, inner = getattr(argument, "name", None), self._value(argument.value)
            given.append(f"**{{{self._constant(name)}: {inner}}}" if name else inner)
        put = self._temporary()
        plain = f"{value} if type({value}) is str and {value} else " if one.name == "default" else ""
        self._line(f"{put} = {plain}{self._constant(called)}({', '.join(given)})")
        return put

    def _value(self, expression: Any) -> str:
        if isinstance(expression, Path):
            return self._path(expression)
        if isinstance(expression, primitive.RangeLiteral):
            made = self._constant(expression._make_range)  # noqa: SLF001 - Liquid's own reading of what a range is
            return f"{made}({self._value(expression.start)}, {self._value(expression.stop)})"
        if isinstance(expression, primitive.Literal | primitive.Nil | primitive.Empty | primitive.Blank):
            return self._constant(expression.evaluate(self._names["context"]))
        raise NotCovered(type(expression).__name__)

    def _path(self, path: Path) -> str:
        root, *rest = path.path
        if not isinstance(root, str) or root in {"now", "today"} or (root == "forloop" and not self._is_simple(rest)):
            raise NotCovered(str(path))
        found = self._root(root)
        for segment in rest:
            if isinstance(segment, str) and segment not in {"size", "first", "last"}:
                found = f"{found}[{self._constant(segment)}]"
            else:
                key = self._path(segment) if isinstance(segment, Path) else self._constant(segment)
                found = f"item({found}, {key})"
        value = self._temporary()
        self._line(f"try: {value} = {found}")
        self._line(f"except missing: {value} = nothing")
        return value

    def _root(self, root: str) -> str:
        for depth, (name, item) in reversed(list(enumerate(self._loops, 1))):
            if name == root:
                return item
            if root == "forloop":
                self._counted.add(depth)
                return f"f{depth}"
        key = self._constant(root)
        return f"(made[{key}] if {key} in made else values[{key}])" if root in self._assigned else f"values[{key}]"

    @staticmethod
    def _is_simple(segments: list[Any]) -> bool:
        return all(isinstance(segment, str) and segment != "parentloop" for segment in segments)


WRITERS: Final[dict[type, Callable[[_Maker, Any], None]]] = {
    OutputNode: _Maker.output,
    AssignNode: _Maker.assign,
    IfNode: _Maker.choice,
    UnlessNode: _Maker.choice,
    CaseNode: _Maker.case,
    ForNode: _Maker.loop,
    BreakNode: _Maker.jump,
    ContinueNode: _Maker.jump,
    CommentNode: _Maker.nothing,
    InlineCommentNode: _Maker.nothing,
}
WAYS: Final = frozenset({IfNode, UnlessNode, CaseNode, ForNode, BreakNode, ContinueNode})  # what comes before them is said before


def _all_nodes(nodes: Sequence[Any]) -> list[Any]:
    found = []
    for node in nodes:
        found.append(node)
        found += _all_nodes(list(node.children(None)))
    return found
