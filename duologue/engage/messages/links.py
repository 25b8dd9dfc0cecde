"""Where the links of letters lead, and what each letter was, so that who follows one is told of with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec
from django.db import connection

from duologue.engage.messages import versions
from duologue.engage.messages.claims import as_claimed
from duologue.engage.messages.items import FIRST_LINK
from duologue.engage.messages.rules.body import body_of
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.messages.writing import values_for
from duologue.engage.templates.liquid import ContentFailed, Template
from duologue.people.profiles.queries import people
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.engage.messages.surroundings import Surroundings
    from duologue.people.profiles.queries import KnownPerson
    from duologue.platform.workspaces.models import Workspace

PRODUCT: Final = "product"  # how dialogues hear the link of a product


class Sent(msgspec.Struct, frozen=True, gc=False):
    """The delivery in which a link stood, as what comes of it is told; `is_about` where it went to somebody else than its person."""

    profile: int
    run: int | None
    dialogue: str
    turn: str
    seq: int
    message: str
    channel: str
    accepted_at: datetime | None
    has_response: bool
    is_about: bool


class Target(msgspec.Struct, frozen=True, gc=False):
    """Where a tracked link leads, and the name dialogues hear it by."""

    url: str
    name: str
    footer: bool = False
    product: str = ""
    sent: Sent | None = None


def link_targets(workspace: Workspace, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], Target | None]:
    """Return by (delivery, link from 1) where each leads, its values filled in and UTM parameters added; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id, d.message_version_id, p.person, d.profile_id, d.body, d.channel, d.kind, coalesce(g.name, ''),
                      coalesce(m.name, ''), d.run_id, d.turn, d.occurrence, d.accepted_at,
                      d.responded_at IS NOT NULL, d.body->>'to' IS NOT NULL
               FROM engage_delivery d JOIN people_profile p ON p.workspace_id = d.workspace_id AND p.id = d.profile_id
               LEFT JOIN strategize_dialogue g ON g.workspace_id = d.workspace_id AND g.id = d.dialogue_id
               LEFT JOIN engage_messageversion v ON v.workspace_id = d.workspace_id AND v.id = d.message_version_id
               LEFT JOIN engage_message m ON m.workspace_id = d.workspace_id AND m.id = v.message_id
               WHERE d.workspace_id = %s AND d.id = ANY(%s) AND d.message_version_id IS NOT NULL""",
            (workspace.pk, arrays.numbers({delivery for delivery, _ in wanted})),
        )
        rows = {row[0]: row for row in cursor.fetchall()}
    said = versions.versions(workspace, {row[1] for row in rows.values()})
    sent = {one: _sent(row) for one, row in rows.items()}
    read = _read_for(workspace, {rows[one][2] for one, link in wanted if one in rows and _is_personal(said.get(rows[one][1]), link)})
    return {
        (one, link): _target(workspace, rows[one], said.get(rows[one][1]), link, sent[one], read) if one in rows else None
        for one, link in wanted
    }


@dataclass(slots=True, frozen=True)
class _Read:
    """What the values of personal addresses are filled in from, read once for all of them."""

    people: dict[int, KnownPerson]
    around: Surroundings


def _read_for(workspace: Workspace, persons: Collection[int]) -> _Read | None:
    return _Read(people(workspace, sorted(persons)), surroundings(workspace)) if persons else None


def _is_personal(version: versions.Version | None, link_no: int) -> bool:
    return version is not None and 1 <= link_no <= len(version.links) and "{" in version.links[link_no - 1].url


def _sent(row: Sequence[Any]) -> Sent:
    _, _, _, profile, _, channel, _, dialogue, message, run, turn, seq, accepted_at, has_response, is_about = row
    return Sent(profile, run, dialogue, turn, seq, message, channel, accepted_at, has_response, is_about)


def _target(  # noqa: PLR0917 - what one link is told from
    workspace: Workspace, row: Sequence[Any], version: versions.Version | None, link_no: int, sent: Sent, read: _Read | None
) -> Target | None:
    channel, dialogue, message = row[5], row[7], row[8]
    if version is not None and link_no >= FIRST_LINK:
        return _product_target(body_of(row[4]), link_no, version, sent)
    if version is None or not 1 <= link_no <= len(version.links):
        return None
    link = version.links[link_no - 1]
    url = link.url
    if read is not None and _is_personal(version, link_no):
        try:
            url = _filled_in(workspace, url, row, version, read)
        except ContentFailed:
            return None
    if urlsplit(url).scheme not in {"http", "https"}:
        return None
    return Target(_with_utm(url, channel, dialogue, message) if version.utm else url, link.name or str(link_no), sent=sent)


def _filled_in(workspace: Workspace, url: str, row: Sequence[Any], version: versions.Version, read: _Read) -> str:
    """Return an address with a person's values in it; raises ContentFailed."""
    delivery_id, _, person_id, profile_id, body, _, kind = row[:7]
    one = as_claimed(json.loads(body) if isinstance(body, str) else body, kind, delivery_id=delivery_id, profile_id=profile_id)
    person, around = read.people[person_id], read.around
    content = versions.compiled(version, locale=person.locale or workspace.locale, variant="", look=around.look, is_promotion=True)
    values = values_for(workspace, one, person, content=content, around=around, version=version)
    return Template(url, escape=False).render(_in_url(values, url))


def _product_target(body: dict[str, Any], link_no: int, version: versions.Version, sent: Sent) -> Target | None:
    """Return where the link of a product leads, as it was when the message left."""
    shown = body.get("items") or []
    if link_no - FIRST_LINK >= len(shown):
        return None
    item = shown[link_no - FIRST_LINK]
    url = item["link"]
    if urlsplit(url).scheme not in {"http", "https"}:
        return None
    return Target(
        _with_utm(url, sent.channel, sent.dialogue, sent.message) if version.utm else url, PRODUCT, product=item["key"], sent=sent
    )


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
