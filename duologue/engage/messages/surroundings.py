"""What stands round every delivery of a workspace: how the brand looks and signs, and which guardrails hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duologue.brand.book.queries import numbered
from duologue.brand.book.rules import ACCENTS, DARK_PAPER, GROUNDS, INKS, LOGOS, PAPERS, READABLE, colour_of, commitments, on
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.rules.gate import Cap
from duologue.kit.clock import parse_duration
from duologue.kit.colour import contrast
from duologue.people.consent.queries import purposes
from duologue.platform.workspaces.hosts import public_url
from duologue.strategize.guardrails.queries import current as current_guardrails
from duologue.strategize.guardrails.rules import of_commitments

if TYPE_CHECKING:
    from duologue.brand.book.rules import Book
    from duologue.people.consent.models import Purpose
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Sender:
    """Who a message comes from."""

    name: str
    address: str
    reply_to: str = ""


@dataclass(slots=True, frozen=True)
class Surroundings:
    """The brand and the guardrails in force, read once per batch."""

    look: Look
    sender: Sender
    caps: tuple[Cap, ...]
    quiet: str
    hours: tuple[str, ...]  # what the brand has committed itself to, beside the window of any turn
    brand: dict[str, Any]
    promised: str  # what the brand has committed itself to, in its own sentences
    purposes: dict[str, Purpose]
    public_url: str
    is_own_host: bool  # where people reach us is a host of the brand's own
    book: int  # the number of the brand book's version


def surroundings(workspace: Workspace, *, book_number: int | None = None) -> Surroundings:
    """Read what is in force now, or how it was with an earlier brand book."""
    number, book = numbered(workspace, book_number)
    url, is_own_host = public_url(workspace)
    rails = current_guardrails(workspace)
    rails_of_book = of_commitments(book)
    sender = book.senders.get("email")
    return Surroundings(
        look=look_of(book, f"{url}/at/{workspace.name}/look/"),
        sender=Sender(
            (sender.name if sender else "") or book.name,
            (sender.address if sender else "") or f"hello@{workspace.name}.example",
            sender.reply_to if sender else "",
        ),
        caps=tuple(Cap(cap.at_most, parse_duration(cap.within), cap.channel) for cap in (*rails.caps, *rails_of_book.caps)),
        hours=rails_of_book.windows,
        quiet=rails.window or (rails.quiet.window if rails.quiet else ""),
        brand={"name": book.name, "promise": book.promise, "value": book.value, "website": book.website},
        promised=" ".join(one.says if one.says.endswith((".", "!", "?", "…")) else f"{one.says}." for one in commitments(book)),
        purposes=purposes(workspace),
        public_url=url,
        is_own_host=is_own_host,
        book=number,
    )


def look_of(book: Book, kept_at: str = "") -> Look:
    """Return the look that a brand book asks for; what it leaves out stays plain. A logo that is kept here is `kept_at` an address."""
    plain = Look(book.name)
    accent = colour_of(book.look, *ACCENTS, otherwise=plain.accent)
    ink, paper = colour_of(book.look, *INKS, otherwise=plain.ink), colour_of(book.look, *PAPERS, otherwise=plain.paper)
    return Look(
        name=book.name,
        accent=accent,
        on_accent=on(accent),
        link=accent if contrast(accent, paper) >= READABLE else ink,
        link_dark=accent if contrast(accent, DARK_PAPER) >= READABLE else plain.link_dark,
        ink=ink,
        paper=paper,
        ground=colour_of(book.look, *GROUNDS, otherwise=plain.ground),
        font=book.look.font or plain.font,
        logo=f"{kept_at}{book.look.logo}" if book.look.logo in LOGOS else book.look.logo,
        footer=book.footer,
    )
