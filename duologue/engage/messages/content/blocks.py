"""The blocks that letters know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.engage.messages.content.products import PRODUCTS
from duologue.engage.messages.content.voices import VOICES

if TYPE_CHECKING:
    from duologue.engage.messages.content.look import Look
    from duologue.engage.messages.rules.source import Content

BLOCKS: Final = (PRODUCTS, VOICES)


def with_blocks(content: Content, look: Look) -> Content:
    """Return a content with each block written out."""
    for block in BLOCKS:
        content = block.written_out(content, look)
    return content


def without_blocks(text: str) -> str:
    """Return a text with each block left out."""
    for block in BLOCKS:
        text = block.left_out(text)
    return text
