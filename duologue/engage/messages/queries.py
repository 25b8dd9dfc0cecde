"""Reading messages and deliveries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec
from django.db import connection

from duologue.engage.messages import versions
from duologue.engage.messages.claims import Claimed
from duologue.engage.messages.content.blocks import with_blocks
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.items import FIRST_LINK, example_items
from duologue.engage.messages.models import Delivery, Message, MessageVersion
from duologue.engage.messages.rules.body import body_of, perk_ids
from duologue.engage.messages.rules.source import read_message
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.messages.voices import example_voices
from duologue.engage.messages.writing import fill, values_for
from duologue.engage.templates.liquid import ContentFailed, Template, paths
from duologue.people.names.rules import with_called
from duologue.people.profiles.queries import KnownPerson, people
from duologue.platform.database import arrays
from duologue.platform.workspaces.queries import now

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from duologue.engage.messages.content.compile import Compiled
    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True, frozen=True)
class Rendered:
    """A message as one person would read it."""

    subject: str
    html: str
    text: str


@dataclass(slots=True, frozen=True)
class Target:
    """Where a tracked link leads, and the name dialogues hear it by."""

    url: str
    name: str
    footer: bool = False
    product: str = ""


PRODUCT: Final = "product"  # how dialogues hear the link of a product


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
    reader, one = known or KnownPerson(0), _example(body, kind)
    reader.locale = locale or reader.locale
    one.items = example_items(workspace, version.items) if version.items else []
    one.voices = example_voices(workspace, version.voices) if version.voices else []
    filled = fill(workspace, one, reader, version, around)
    facts = with_called(reader.facts, country=reader.country, locale=reader.locale)
    return FilledPreview(filled.content, filled.values, {"person": {"country": reader.country, "locale": reader.locale, **facts}})


def link_target(workspace: Workspace, delivery_id: int, link_no: int) -> Target | None:
    """Return where link `link_no` (from 1) of a delivery leads, its values filled in and UTM parameters added; None if there is none."""
    return link_targets(workspace, [(delivery_id, link_no)])[delivery_id, link_no]


def link_targets(workspace: Workspace, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], Target | None]:
    """Return by (delivery, link) where each leads, as `link_target` does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, d.message_version_id, p.person, d.profile_id, d.body, d.channel, d.kind, coalesce(g.name, ''),
                      coalesce(m.name, '')
               FROM engage_delivery d JOIN people_profile p ON p.workspace_id = d.workspace_id AND p.id = d.profile_id
               LEFT JOIN strategize_dialogue g ON g.workspace_id = d.workspace_id AND g.id = d.dialogue_id
               LEFT JOIN engage_messageversion v ON v.workspace_id = d.workspace_id AND v.id = d.message_version_id
               LEFT JOIN engage_message m ON m.workspace_id = d.workspace_id AND m.id = v.message_id
               WHERE d.workspace_id = %s AND d.id = ANY(%s) AND d.message_version_id IS NOT NULL""",
            (workspace.pk, arrays.numbers({delivery for delivery, _ in wanted})),
        )
        rows = {row[0]: row for row in cursor.fetchall()}
    said = versions.versions(workspace, {row[1] for row in rows.values()})
    return {(one, link): _target(workspace, rows[one], said.get(rows[one][1]), link) if one in rows else None for one, link in wanted}


def _target(workspace: Workspace, row: Sequence[Any], version: versions.Version | None, link_no: int) -> Target | None:
    delivery_id, _, person_id, profile_id, body, channel, kind, dialogue, message = row
    if version is not None and link_no >= FIRST_LINK:
        return _product_target(body_of(body), link_no, version, (channel, dialogue, message))
    if version is None or not 1 <= link_no <= len(version.links):
        return None
    link = version.links[link_no - 1]
    url = link.url
    if "{" in url:
        one = _example(json.loads(body) if isinstance(body, str) else body, kind, delivery_id=delivery_id, profile_id=profile_id)
        person = people(workspace, [person_id])[person_id]
        around = surroundings(workspace)
        content = versions.compiled(version, locale=person.locale or workspace.locale, variant="", look=around.look, is_promotion=True)
        try:
            url = Template(url, escape=False).render(
                _in_url(values_for(workspace, one, person, content=content, around=around, version=version), url)
            )
        except ContentFailed:
            return None
    if urlsplit(url).scheme not in {"http", "https"}:
        return None
    return Target(_with_utm(url, channel, dialogue, message) if version.utm else url, link.name or str(link_no))


def _product_target(body: dict[str, Any], link_no: int, version: versions.Version, known_as: tuple[str, str, str]) -> Target | None:
    """Return where the link of a product leads, as it was when the message left."""
    shown = body.get("items") or []
    if link_no - FIRST_LINK >= len(shown):
        return None
    item = shown[link_no - FIRST_LINK]
    url = item["link"]
    if urlsplit(url).scheme not in {"http", "https"}:
        return None
    return Target(_with_utm(url, *known_as) if version.utm else url, PRODUCT, product=item["key"])


def _in_url(values: dict[str, Any], url: str) -> dict[str, Any]:
    """Return the values quoted for the middle of an address; one that is the whole address stays as it is."""
    if url.startswith("{{"):
        return values
    return {key: _quoted(value) for key, value in values.items()}


def _quoted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _quoted(inner) for key, inner in value.items()}
    return quote(value, safe="") if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _with_utm(url: str, channel: str, dialogue: str, message: str) -> str:
    parts = urlsplit(url)
    given = {key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
    ours = {"utm_source": "duologue", "utm_medium": channel, "utm_campaign": dialogue, "utm_content": message}
    added = urlencode({key: value for key, value in ours.items() if value and key not in given})
    if not added or any(key.startswith("utm_") for key in given):
        return url
    return urlunsplit((parts.scheme, parts.netloc, parts.path, f"{parts.query}&{added}" if parts.query else added, parts.fragment))


def reads_of(version: versions.Version) -> set[str]:
    """Return the paths of all values that a version names, in every language and variant."""
    written = [with_blocks(content, Look("")) for content in version.contents.values()]
    return {path for content in written for text in (content.subject, content.body, content.mjml) for path in paths(text)}


def _example(body: dict[str, Any], kind: str, *, delivery_id: int = 0, profile_id: int = 0) -> Claimed:
    return Claimed(
        id=delivery_id,
        run_id=None,
        dialogue_id=None,
        person=0,
        profile_id=profile_id,
        turn="",
        seq=1,
        version_id=None,
        conversation_id=None,
        body=body,
        channel="email",
        purpose="",
        kind=kind,
        basis="consent",
        attempt=0,
        too_late_at=datetime.max.replace(tzinfo=UTC),
        dialogue="",
        message="",
    )


def perks_brought(workspace: Workspace, delivery: int) -> list[int]:
    """Return the perks that a delivery brought."""
    return perk_ids(body_of(body) for body in Delivery.within(workspace).filter(pk=delivery).values_list("body", flat=True))
