"""What stands round every delivery of a workspace: how the brand looks and signs, and which guardrails hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from duologue.brand.book.models import BookVersion
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.rules.gate import Cap
from duologue.kit.clock import parse_duration
from duologue.strategize.guardrails.models import Guardrails

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Sender:
    """Who a message comes from."""

    name: str
    address: str


@dataclass(slots=True, frozen=True)
class Surroundings:
    """The brand and the guardrails in force, read once per batch."""

    look: Look
    sender: Sender
    caps: tuple[Cap, ...]
    quiet: str
    brand: dict[str, Any]
    public_url: str


def surroundings(workspace: Workspace) -> Surroundings:
    """Read what is in force now."""
    book = BookVersion.within(workspace).order_by("-number").values_list("data", flat=True).first() or {}
    rails = Guardrails.within(workspace).values_list("data", flat=True).first() or {}
    name = book.get("name") or workspace.title
    sender = (book.get("senders") or {}).get("email") or {}
    return Surroundings(
        look=look_of(book, name),
        sender=Sender(sender.get("name") or name, sender.get("address") or f"hello@{workspace.name}.example"),
        caps=tuple(Cap(int(cap["at_most"]), parse_duration(cap["within"]), cap.get("channel") or "") for cap in rails.get("caps") or []),
        quiet=rails.get("window") or "",
        brand={"name": name, **{key: book[key] for key in ("promise", "value", "website") if isinstance(book.get(key), str)}},
        public_url=settings.PUBLIC_URL,
    )


def look_of(book: dict[str, Any], name: str) -> Look:
    """Return the look that a brand book asks for; what it leaves out stays plain."""
    look = book.get("look") or {}
    colours = look.get("colours") or look.get("colors") or {}
    plain = Look(name)
    return Look(
        name=name,
        accent=colours.get("accent") or colours.get("primary") or plain.accent,
        ink=colours.get("ink") or colours.get("text") or plain.ink,
        paper=colours.get("paper") or plain.paper,
        ground=colours.get("ground") or colours.get("background") or plain.ground,
        font=look.get("font") or plain.font,
        logo=look.get("logo") or "",
        footer=book.get("footer") or "",
    )
