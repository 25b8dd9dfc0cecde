"""A block: a tag of its own in Markdown, MJML or text that is written out as a loop over a list of values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.engage.messages.content.look import Look
    from duologue.engage.messages.rules.source import Content


@dataclass(frozen=True)
class Block:
    """The tag `{% tag %}`: a loop that calls each of `many` `one`.

    `in_text` is the whole loop as plain text, `rows` the lines of its HTML in a look, without the loop around them.
    """

    tag: str
    many: str
    one: str
    in_text: str
    rows: Callable[[Look], list[str]]

    def written_out(self, content: Content, look: Look) -> Content:
        """Return a content with each tag written out."""
        if self.tag not in content.body + content.mjml + content.text:
            return content
        begin, end = self._marks
        html = "\n".join([begin, f"{{% for {self.one} in {self.many} %}}", *self.rows(look), "{% endfor %}", end])
        return changed(
            content,
            body=self._tags.sub(lambda _: f"\n{html}\n", content.body),
            mjml=self._tags.sub(lambda _: f'<mj-text padding="10px 25px">{html}</mj-text>', content.mjml),
            text=self._tags.sub(lambda _: self.in_text, content.text),
        )

    def left_out(self, text: str) -> str:
        """Return a text without its tags, where nobody's are meant."""
        return self._tags.sub("", text)

    def is_shown(self, content: Content) -> bool:
        """Say whether a content shows them, by the tag or by a loop of its own."""
        source = content.body + content.mjml + content.text
        return bool(self._tags.search(source) or self._loops.search(source))

    def names(self, source: str) -> tuple[str, ...]:
        """Return the names that loops over `many` give to each, with the dot that follows them."""
        found = self._loops.findall(source)
        return (f"{self.one}.", *(f"{name}." for name in found)) if found else ()

    def as_text(self, html: str, in_its_place: str) -> str:
        """Return HTML with `in_its_place` for each block written out, since the text part has one of its own."""
        begin, end = self._marks
        return re.sub(f"{begin}.*?{end}", lambda _: in_its_place, html, flags=re.DOTALL)

    def without_marks(self, html: str) -> str:
        """Return HTML without the comments that say where a block stands."""
        begin, end = self._marks
        return html.replace(begin, "").replace(end, "")

    @cached_property
    def _marks(self) -> tuple[str, str]:
        return f"<!--{self.tag}-->", f"<!--/{self.tag}-->"

    @cached_property
    def _tags(self) -> re.Pattern[str]:
        tag = rf"\{{%-?\s*{self.tag}\s*-?%\}}"
        return re.compile(rf"^[ \t]*{tag}[ \t]*$|{tag}", re.MULTILINE)

    @cached_property
    def _loops(self) -> re.Pattern[str]:
        return re.compile(rf"\{{%-?\s*for\s+(\w+)\s+in\s+{self.many}\b")
