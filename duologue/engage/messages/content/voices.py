"""The block that shows what people say: `{% voices %}` in Markdown, MJML or text becomes a loop over `voices`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace as changed

if TYPE_CHECKING:
    from duologue.engage.messages.content.look import Look
    from duologue.engage.messages.rules.source import Content

TAG: Final = re.compile(r"^[ \t]*\{%-?\s*voices\s*-?%\}[ \t]*$|\{%-?\s*voices\s*-?%\}", re.MULTILINE)
LOOP: Final = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+voices\b")
BEGIN, END = "<!--voices-->", "<!--/voices-->"  # between them stands the block, of which the text part has one of its own
BLOCK: Final = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
IN_TEXT: Final = (
    "{% for voice in voices %}{% if voice.text %}“{{ voice.text }}”{% else %}{{ voice.photo }}{% endif %}"
    "{% if voice.stars %} {{ voice.stars }}{% endif %}{% if voice.by %}\n{{ voice.by }}{% endif %}\n\n{% endfor %}"
)


def with_voices(content: Content, look: Look) -> Content:
    """Return a content with each `{% voices %}` written out."""
    if "voices" not in content.body + content.mjml + content.text:
        return content
    block = _block(look)
    return changed(
        content,
        body=TAG.sub(lambda _: f"\n{block}\n", content.body),
        mjml=TAG.sub(lambda _: f'<mj-text padding="10px 25px">{block}</mj-text>', content.mjml),
        text=TAG.sub(lambda _: IN_TEXT, content.text),
    )


def without_voices(text: str) -> str:
    """Return a text with each `{% voices %}` left out."""
    return TAG.sub("", text)


def shows_voices(content: Content) -> bool:
    """Say whether a content shows what people say."""
    source = content.body + content.mjml + content.text
    return bool(TAG.search(source) or LOOP.search(source))


def loops(source: str) -> tuple[str, ...]:
    """Return the names that loops over `voices` give to each, with the dot that follows them."""
    return ("voice.", *(f"{name}." for name in LOOP.findall(source))) if LOOP.search(source) else ()


def _block(look: Look) -> str:
    """Return the loop as HTML for a mail: a quote with a line at its side, or a photo; each tag has its line."""
    ink, picture = f"color:{look.ink}", "display:block;width:280px;max-width:100%;height:auto;border-radius:6px"
    return "\n".join(
        [
            BEGIN,
            "{% for voice in voices %}",
            f'<div style="margin:0 0 18px;padding:2px 0 2px 16px;border-left:3px solid {look.accent}">',
            "{% if voice.photo %}",
            f'<img src="{{{{ voice.photo }}}}" alt="{{{{ voice.by }}}}" width="280" border="0" style="{picture}">',
            "{% endif %}",
            "{% if voice.stars %}",
            f'<div role="img" aria-label="{{{{ voice.rating }}}}/5" style="font-size:16px;line-height:1.4;letter-spacing:2px;{ink}">',
            "{{ voice.stars }}</div>",
            "{% endif %}",
            "{% if voice.text %}",
            f'<div style="font-size:17px;line-height:1.5;font-style:italic;{ink}">{{{{ voice.text | newline_to_br }}}}</div>',
            "{% endif %}",
            "{% if voice.by %}",
            f'<div style="font-size:14px;line-height:1.6;{ink}">{{{{ voice.by }}}}</div>',
            "{% endif %}",
            "</div>",
            "{% endfor %}",
            END,
        ]
    )
