"""Reading messages and deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from duologue.engage.messages import versions
from duologue.engage.messages.claims import as_claimed
from duologue.engage.messages.content.blocks import with_blocks
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.items import example_items
from duologue.engage.messages.models import Delivery, Message, MessageVersion
from duologue.engage.messages.rules.body import body_of, perk_ids
from duologue.engage.messages.rules.source import read_message
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.messages.voices import example_voices
from duologue.engage.messages.writing import fill
from duologue.engage.templates.liquid import paths
from duologue.people.names.rules import with_called
from duologue.people.profiles.queries import KnownPerson, people
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Collection

    from duologue.engage.messages.content.compile import Compiled
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Rendered:
    """A message as one person would read it."""

    subject: str
    html: str
    text: str


@dataclass(slots=True, frozen=True)
class FilledPreview:
    """Templates with the values a person would read them with, and what of those is known of the person."""

    content: Compiled
    values: dict[str, Any]
    known: dict[str, Any]


UNKEPT: Final = -1  # the number of a version that is not kept, and so not remembered


class NoSuchMessage(LookupError):
    """There is no message of this name."""


def current_numbers(workspace: Workspace, names: Collection[str]) -> dict[str, int]:
    """Return the current version's number of each message that exists: what publishing a dialogue pins."""
    return dict(Message.within(workspace).filter(name__in=names).values_list("name", "current"))


NEXT: Final = """SELECT d.due_at FROM engage_delivery d
    WHERE d.workspace_id = %(workspace)s AND d.waits
      AND (SELECT w.sending_stopped_at IS NULL FROM platform_workspace w WHERE w.id = %(workspace)s)
      AND (d.dialogue_id IS NULL OR d.dialogue_id <> ALL(ARRAY(
           SELECT g.id FROM strategize_dialogue g WHERE g.workspace_id = %(workspace)s AND g.state = 'paused')))
    ORDER BY d.due_at LIMIT 1"""
HANDING_OVER: Final = "EXISTS (SELECT FROM engage_onthewire WHERE workspace_id = %(workspace)s)"


def next_due(workspace: Workspace) -> datetime | None:
    """Return when the next queued delivery is due; None when there is none or all sending is stopped."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"workspace": workspace.pk})
        row = cursor.fetchone()
    return row[0] if row else None


def render_preview(
    workspace: Workspace, name: str, person: int | None = None, *, number: int | None = None, kind: str = "promotion"
) -> Rendered:
    """Render a message as a person would read it (None: someone of whom nothing is known). Perks and links are examples.

    Raises NoSuchMessage, or ContentFailed with a sentence.
    """
    row = Message.within(workspace).filter(name=name).first()
    stored = row and MessageVersion.within(workspace).filter(message=row, number=number or row.current).first()
    if not stored:
        raise NoSuchMessage(f"There is no message {name!r} in {workspace.name}.")
    filled = filled_preview(workspace, versions.version_of(stored.pk, stored.data), name, person, kind=kind)
    content, values = filled.content, filled.values
    return Rendered(content.subject.render(values), content.html.render(values), content.text.render(values))


def render_source(workspace: Workspace, source: str, name: str, person: int | None = None) -> Rendered:
    """Render a message that is being written, as a person would read it. Raises Mistakes, or ContentFailed."""
    data = {"message": msgspec.to_builtins(read_message(name, source))}
    filled = filled_preview(workspace, versions.version_of(UNKEPT, data), name, person)
    content, values = filled.content, filled.values
    return Rendered(content.subject.render(values), content.html.render(values), content.text.render(values))


def filled_preview(
    workspace: Workspace, version: versions.Version, name: str, person: int | None, *, kind: str = "promotion", locale: str = ""
) -> FilledPreview:
    """Fill a version in as a person would read it, with examples for perks and links, and what is known of them; in a locale, if named.

    Raises ContentFailed.
    """
    known = people(workspace, [person]).get(person) if person is not None else None
    offers = {path.split(".")[1] for path in reads_of(version) if path.startswith("perk.")}
    ends = (now(workspace) + timedelta(days=14)).isoformat()
    body = {"perks": {offer: {"perk": 0, "code": "CODE-1234", "worth": 1000, "expires_at": ends} for offer in offers}, "message": name}
    around = surroundings(workspace)
    if any(path.startswith("consent.") for path in reads_of(version)):  # any purpose will do as an example
        body["consent"] = next((one.name for one in around.purposes.values() if one.basis == "consent" and not one.shows), "")
    reader, one = known or KnownPerson(0), as_claimed(body, kind)
    reader.locale = locale or reader.locale
    one.items = example_items(workspace, version.items) if version.items else []
    one.voices = example_voices(workspace, version.voices) if version.voices else []
    filled = fill(workspace, one, reader, version, around)
    facts = with_called(reader.facts, country=reader.country, locale=reader.locale)
    return FilledPreview(filled.content, filled.values, {"person": {"country": reader.country, "locale": reader.locale, **facts}})


def reads_of(version: versions.Version) -> set[str]:
    """Return the paths of all values that a version names, in every language and variant."""
    written = [with_blocks(content, Look("")) for content in version.contents.values()]
    return {path for content in written for text in (content.subject, content.body, content.mjml) for path in paths(text)}


def perks_brought(workspace: Workspace, delivery: int) -> list[int]:
    """Return the perks that a delivery brought."""
    return perk_ids(body_of(body) for body in Delivery.within(workspace).filter(pk=delivery).values_list("body", flat=True))
