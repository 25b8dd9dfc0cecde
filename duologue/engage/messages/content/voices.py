"""The block that shows what people say: `{% voices %}` becomes a loop over `voices`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.engage.messages.content.block import Block

if TYPE_CHECKING:
    from duologue.engage.messages.content.look import Look

IN_TEXT: Final = (
    "{% for voice in voices %}{% if voice.text %}“{{ voice.text }}”{% else %}{{ voice.photo }}{% endif %}"
    "{% if voice.stars %} {{ voice.stars }}{% endif %}{% if voice.by %}\n{{ voice.by }}{% endif %}\n\n{% endfor %}"
)


def _rows(look: Look) -> list[str]:
    """Return what one says as HTML for a mail: a quote with a line at its side, or a photo; each tag has its line."""
    ink, picture = f"color:{look.ink}", "display:block;width:280px;max-width:100%;height:auto;border-radius:6px"
    return [
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
    ]


VOICES: Final = Block("voices", "voices", "voice", IN_TEXT, _rows)
