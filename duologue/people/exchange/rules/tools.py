"""The tools whose lists are understood, as their exports of contacts and of blocked addresses are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from duologue.people.exchange.rules import activecampaign, brevo, hubspot, klaviyo, listmonk, mailchimp, mautic

if TYPE_CHECKING:
    from collections.abc import Callable

    from duologue.people.exchange.rules.line import Line, Row


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool: where the address stands, how a row is read and written, and whether its rows say by themselves how a person stands.

    `understood` are headings that sound as if somebody had left and need not be feared: its reader knows what they say.
    """

    name: str
    address: tuple[str, ...]
    read: Callable[[Row, str, str], Line]
    write: Callable[[Line], dict[str, str]]
    understood: tuple[str, ...] = ()
    says_state: bool = True
    names_state: bool = False  # its exports are named after what they hold
    takes_both: bool = False  # its import reads how each person stands, and not only how the list as a whole does


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool(
            name="mailchimp",
            address=("email address", "email"),
            read=mailchimp.read,
            write=mailchimp.write,
            understood=mailchimp.UNDERSTOOD,
            says_state=False,
            names_state=True,
        ),
        Tool(name="listmonk", address=("email",), read=listmonk.read, write=listmonk.write, says_state=False),
        Tool(
            name="mautic",
            address=("email", "contact email"),
            read=mautic.read,
            write=mautic.write,
            understood=mautic.UNDERSTOOD,
            says_state=False,
            takes_both=True,
        ),
        Tool(name="hubspot", address=("email", "email address"), read=hubspot.read, write=hubspot.write),
        Tool(name="klaviyo", address=("email",), read=klaviyo.read, write=klaviyo.write, understood=klaviyo.UNDERSTOOD, takes_both=True),
        Tool(name="brevo", address=("email",), read=brevo.read, write=brevo.write, understood=brevo.UNDERSTOOD),
        Tool(
            name="activecampaign",
            address=("email",),
            read=activecampaign.read,
            write=activecampaign.write,
            understood=activecampaign.UNDERSTOOD,
        ),
    )
}
