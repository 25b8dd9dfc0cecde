"""Hiding Liquid from parsers that would move or escape it, and putting it back."""

from __future__ import annotations

import re

LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
TOKEN = re.compile(r"<!--lqz(\d+)zql-->|lqz(\d+)zql")
TAG_LINE = re.compile(r"^[ \t]*(lqz\d+zql)[ \t]*$", re.MULTILINE)
ALONE = re.compile(r"<p[^>]*>\s*((?:lqz\d+zql\s*)+)</p>")


class Mask:
    """Remembers the Liquid it took out of texts, by number."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def hide(self, text: str, *, as_comments: bool) -> str:
        """Return the text with each `{{ }}` as a plain word, and each `{% %}` as one too or, outside of markup, as a comment."""
        out, at = [], 0
        for found in LIQUID.finditer(text):
            before = text[at : found.start()]
            out.append(before)
            at = found.end()
            number = len(self.pieces)
            self.pieces.append(found[0])
            in_markup = text.rfind("<", 0, found.start()) > text.rfind(">", 0, found.start())
            is_comment = as_comments and found[0].startswith("{%") and not in_markup
            out.append(f"<!--lqz{number}zql-->" if is_comment else f"lqz{number}zql")
        out.append(text[at:])
        return "".join(out)

    def hide_in_lines(self, markdown: str) -> str:
        """Hide Liquid in Markdown: a tag alone on its line as a comment, which ends a list or paragraph; all else as words."""
        hidden = self.hide(markdown, as_comments=False)
        return TAG_LINE.sub(lambda found: f"<!--{found[1]}-->" if self.is_tag(found[1]) else found[0], hidden)

    def show(self, text: str) -> str:
        """Put back what was hidden, wherever it went and however often."""
        return TOKEN.sub(lambda found: self.pieces[int(found[1] or found[2])], text)

    def is_tag(self, token: str) -> bool:
        """Say whether a word stands for a `{% %}`."""
        found = TOKEN.fullmatch(token.strip())
        return found is not None and self.pieces[int(found[1] or found[2])].startswith("{%")

    def free_paragraphs(self, html: str) -> str:
        """Take tags that stand alone on a line out of the paragraph that Markdown put round them."""

        def freed(found: re.Match[str]) -> str:
            return found[1] if all(self.is_tag(token) for token in found[1].split()) else found[0]

        return ALONE.sub(freed, html)
