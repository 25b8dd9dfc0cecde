"""What a letter said of its person, kept with its delivery, so that its page in the browser says the same for as long as it is there.

Message and brand book are in versions; of a person only what the letter named is kept, with products and perks as they were. What other
people say in it stays only as long as they allow it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from duologue.engage.messages import versions
from duologue.engage.messages.claims import COLUMNS, TABLES, claimed_from
from duologue.engage.messages.content.compile import PIXEL
from duologue.engage.messages.items import FIRST_LINK
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.messages.voices import recall_voices
from duologue.engage.messages.writing import Day, Filled, fill, recall_perks
from duologue.engage.templates.liquid import ContentFailed
from duologue.people.profiles.queries import KnownPerson
from duologue.platform.secrets.signing import sign_each

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duologue.engage.messages.claims import Claimed
    from duologue.engage.messages.surroundings import Surroundings
    from duologue.platform.workspaces.models import Workspace

EMPTY: Final[tuple[Any, ...]] = (0, "", "", (), {})


def web_version(workspace: Workspace, delivery: int) -> str | None:
    """Return the HTML of a letter as it left, without the picture that tells of its opening; None where it never left or is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT d.said, {COLUMNS} FROM {TABLES} WHERE d.workspace_id = %s AND d.id = %s AND d.said <> ''",
            (workspace.pk, delivery),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    said = list(msgspec.json.decode(row[0]))
    book, locale, country, known, more = [*said, *EMPTY[len(said) :]]
    one = claimed_from(row[1:])
    around = surroundings(workspace, book_number=book)
    version = versions.versions(workspace, [one.version_id]).get(one.version_id) if one.version_id is not None else None
    reader = KnownPerson(one.person, locale=locale, country=country)
    recall_perks(workspace, [one])
    recall_voices(workspace, one)
    try:
        filled = fill(workspace, one, reader, version, around)
        filled.values["person"] |= {key: value for key, value in zip(filled.content.facts, known, strict=False) if value is not None}
        return _shown(workspace, one, filled, more, around)
    except ContentFailed:
        return None


def _shown(workspace: Workspace, one: Claimed, filled: Filled, said: Mapping[str, Any], around: Surroundings) -> str:
    values = filled.values
    if "perk" in said:
        values["perk"] = {offer: {name: _read(value) for name, value in perk.items()} for offer, perk in said["perk"].items()}
    if "consent" in said:
        values["consent"] = said["consent"]
    if "items" in said:
        numbers = range(FIRST_LINK, FIRST_LINK + len(said["items"]))
        links = sign_each("click", (workspace.id, one.id), numbers)
        values["items"] = [
            item | {"link": f"{around.public_url}/l/{token}" if item["link"] else None}
            for item, token in zip(said["items"], links, strict=True)
        ]
    values["link"]["pixel"] = ""
    return filled.content.html.render(values).replace(PIXEL.replace("{{ link.pixel }}", ""), "")


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return Day.at(datetime.fromisoformat(value["at"]), value["words"])
    return value
