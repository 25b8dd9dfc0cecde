"""The block that shows products: `{% products %}` becomes a loop over `items`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from duologue.engage.messages.content.block import Block

if TYPE_CHECKING:
    from duologue.engage.messages.content.look import Look

IN_TEXT: Final = (
    "{% for item in items %}{{ item.name }}{% if item.price %}, {{ item.price }}{% endif %}"
    "{% if item.availability %} ({{ item.availability }}){% endif %}"
    "{% if item.link %}\n{{ item.link }}{% endif %}\n\n{% endfor %}"
)


def _rows(look: Look) -> list[str]:
    """Return a product as HTML for a mail: a row that needs no style sheet and no wide screen; each tag has its line."""
    square = "display:block;width:96px;border-radius:6px"
    pale = f"background:{look.ground};color:{look.ink};height:96px;line-height:96px;text-align:center;font-size:32px;font-weight:600"
    name = "font-size:16px;line-height:1.4;font-weight:600"
    while_blocked = f"background:{look.ground};color:{look.ink};font-size:12px;line-height:1.4"
    picture = (
        f'<img src="{{{{ item.picture }}}}" alt="{{{{ item.name }}}}" width="96" border="0" style="{square};height:auto;{while_blocked}">'
    )
    return [
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
    ]


PRODUCTS: Final = Block("products", "items", "item", IN_TEXT, _rows)
