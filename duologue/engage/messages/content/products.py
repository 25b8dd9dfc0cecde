"""The block that shows products: `{% products %}` in Markdown, MJML or text becomes a loop over `items`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace as changed

if TYPE_CHECKING:
    from duologue.engage.messages.content.look import Look
    from duologue.engage.messages.rules.source import Content

TAG: Final = re.compile(r"^[ \t]*\{%-?\s*products\s*-?%\}[ \t]*$|\{%-?\s*products\s*-?%\}", re.MULTILINE)
LOOP: Final = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+items\b")
BEGIN, END = "<!--products-->", "<!--/products-->"  # between them stands the block, of which the text part has one of its own
BLOCK: Final = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
IN_TEXT: Final = (
    "{% for item in items %}{{ item.name }}{% if item.price %}, {{ item.price }}{% endif %}"
    "{% if item.availability %} ({{ item.availability }}){% endif %}"
    "{% if item.link %}\n{{ item.link }}{% endif %}\n\n{% endfor %}"
)


def with_products(content: Content, look: Look) -> Content:
    """Return a content with each `{% products %}` written out."""
    if "products" not in content.body + content.mjml + content.text:
        return content
    block = _block(look)
    return changed(
        content,
        body=TAG.sub(lambda _: f"\n{block}\n", content.body),
        mjml=TAG.sub(lambda _: f'<mj-text padding="10px 25px">{block}</mj-text>', content.mjml),
        text=TAG.sub(lambda _: IN_TEXT, content.text),
    )


def without_products(text: str) -> str:
    """Return a text with each `{% products %}` left out, where nobody's products are meant."""
    return TAG.sub("", text)


def shows_items(content: Content) -> bool:
    """Say whether a content shows products."""
    source = content.body + content.mjml + content.text
    return bool(TAG.search(source) or LOOP.search(source))


def loops(source: str) -> tuple[str, ...]:
    """Return the names that loops over `items` give to each, with the dot that follows them."""
    return ("item.", *(f"{name}." for name in LOOP.findall(source))) if LOOP.search(source) else ()


def _block(look: Look) -> str:
    """Return the loop as HTML for a mail: a row for each product that needs no style sheet and no wide screen; each tag has its line."""
    square = "display:block;width:96px;border-radius:6px"
    pale = f"background:{look.ground};color:{look.ink};height:96px;line-height:96px;text-align:center;font-size:32px;font-weight:600"
    name = "font-size:16px;line-height:1.4;font-weight:600"
    while_blocked = f"background:{look.ground};color:{look.ink};font-size:12px;line-height:1.4"
    picture = (
        f'<img src="{{{{ item.picture }}}}" alt="{{{{ item.name }}}}" width="96" border="0" style="{square};height:auto;{while_blocked}">'
    )
    return "\n".join(
        [
            BEGIN,
            "{% for item in items %}",
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 18px">',
            '<tr><td width="112" valign="top" style="width:112px;padding:0">',
            "{% if item.picture %}",
            "{% if item.link %}",
            f'<a href="{{{{ item.link }}}}" aria-hidden="true" tabindex="-1">{picture}</a>',
            "{% else %}",
            picture,
            "{% endif %}",
            "{% else %}",
            f'<div aria-hidden="true" class="pale" style="{square};{pale}">{{{{ item.initial }}}}</div>',
            "{% endif %}",
            '</td><td valign="top" style="padding:2px 0 0">',
            "{% if item.link %}",
            f'<a href="{{{{ item.link }}}}" style="{name};color:{look.link};text-decoration:none">{{{{ item.name }}}}</a>',
            "{% else %}",
            f'<span style="{name};color:{look.ink}">{{{{ item.name }}}}</span>',
            "{% endif %}",
            "{% if item.price %}",
            f'<div style="font-size:16px;line-height:1.5;color:{look.ink}">{{{{ item.price }}}}</div>',
            "{% endif %}",
            "{% if item.availability %}",
            f'<div style="font-size:14px;line-height:1.5;color:{look.ink}">{{{{ item.availability }}}}</div>',
            "{% endif %}",
            "</td></tr></table>",
            "{% endfor %}",
            END,
        ]
    )
