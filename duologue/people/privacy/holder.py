"""All that the people floor holds about a person, to show it and to remove it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from duologue.kit.pipeline import Refused
from duologue.people.intake.models import Received, Refusal
from duologue.people.intake.rules import evidence, open_envelope
from duologue.people.timeline.persons import latest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

TABLES = {
    "identifiers": """SELECT kind, shown, first_seen_at FROM people_identifier
                      WHERE workspace_id = %s AND profile_id = ANY(%s) ORDER BY first_seen_at, kind, value""",
    "shared_devices": """SELECT device, first_seen_at FROM people_shareddevice
                         WHERE workspace_id = %s AND profile_id = ANY(%s) ORDER BY first_seen_at, device""",
    "facts": """SELECT key, value, source, at, purposes, wrong FROM people_fact
                WHERE workspace_id = %s AND profile_id = ANY(%s) ORDER BY key""",
    "profiles": """SELECT id, person, name, locale, timezone, country, created_at, seen_at FROM people_profile
                   WHERE workspace_id = %s AND id = ANY(%s) ORDER BY id""",
    "consent": """SELECT profile_id, number, channel, purpose, state, at, source, wording, proof FROM people_consentstatement
                  WHERE workspace_id = %s AND profile_id = ANY(%s) ORDER BY profile_id, number""",
    "pauses": "SELECT because, since, until, lifted_at FROM people_pause WHERE workspace_id = %s AND profile_id = ANY(%s) ORDER BY id",
    "wishes": """SELECT pace_days, hours, at FROM people_wish WHERE workspace_id = %s AND profile_id = ANY(%s) ORDER BY profile_id""",
    "objections": "SELECT key, at FROM people_objection WHERE workspace_id = %s AND profile_id = ANY(%s) ORDER BY at, key",
    "merges": """SELECT kept, lost, because, at, undone_at FROM people_merge
                 WHERE workspace_id = %s AND profiles && %s::bigint[] ORDER BY id""",
}
IN_JSON = frozenset({"value", "wrong", "proof"})
GONE = (
    "people_event",
    "people_fact",
    "people_searchword",
    "people_pause",
    "people_wish",
    "people_objection",
    "people_consentnow",
    "people_shareddevice",
)


class PeopleData:
    """The people floor's holder. Profiles stay as empty shells and consent as digests, so that counts and chains hold."""

    name = "people"
    places: Sequence[str] = (
        "people_profile", "people_identifier", "people_fact", "people_searchword", "people_event", "people_consentstatement",
        "people_consentnow", "people_pause", "people_wish", "people_objection", "people_merge", "people_shareddevice",
        "people_received", "people_refusal", "people_erasure", "file:imports",
    )  # fmt: skip

    def export(self, *, workspace: Workspace, profiles: Sequence[int]) -> dict[str, Any]:
        """Return all of it by kind."""
        found: dict[str, Any] = {}
        with connection.cursor() as cursor:
            for kind, statement in TABLES.items():
                cursor.execute(statement, (workspace.pk, list(profiles)))
                names = [column.name for column in cursor.description]
                found[kind] = [
                    {
                        name: json.loads(value) if name in IN_JSON and value is not None else value
                        for name, value in zip(names, row, strict=True)
                    }
                    for row in cursor.fetchall()
                ]
        found["timeline"] = [
            {
                "occurred_at": one.occurred_at,
                "received_at": one.received_at,
                "name": one.name,
                "properties": json.loads(one.properties),
                "source": one.source,
            }
            for one in reversed(latest(workspace, profiles))
        ]
        waiting = [bytes(row.payload) for row in _naming(workspace, _identifiers(workspace, profiles))]
        found["waiting"] = [json.loads(payload) for payload in waiting]
        return found

    def erase(self, *, workspace: Workspace, profiles: Sequence[int], now: datetime) -> int:
        """Remove it; return how many rows went."""
        known = _identifiers(workspace, profiles)
        gone = _erase_waiting(workspace, known) + _erase_files(workspace, known)
        with connection.cursor() as cursor:
            for table in (*GONE, "people_identifier"):
                cursor.execute(f"DELETE FROM {table} WHERE workspace_id = %s AND profile_id = ANY(%s)", (workspace.pk, list(profiles)))
                gone += int(cursor.rowcount)
            cursor.execute(
                """UPDATE people_consentstatement SET wording = '', proof = '{}', salt = '', source = ''
                   WHERE workspace_id = %s AND profile_id = ANY(%s)""",
                (workspace.pk, list(profiles)),
            )
            gone += int(cursor.rowcount)
            cursor.execute(
                "UPDATE people_profile SET locale = '', timezone = '', country = '', name = '' WHERE workspace_id = %s AND id = ANY(%s)",
                (workspace.pk, list(profiles)),
            )
            gone += int(cursor.rowcount)
        return gone


def _identifiers(workspace: Workspace, profiles: Sequence[int]) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, value, shown FROM people_identifier WHERE workspace_id = %s AND profile_id = ANY(%s)",
            (workspace.pk, list(profiles)),
        )
        return list(cursor.fetchall())


def _naming(workspace: Workspace, known: list[tuple[str, str, str]]) -> Iterator[Received]:
    """Give the events still waiting that name one of these identifiers."""
    wanted = {(kind, one) for kind, value, shown in known for one in (value.lower(), shown.strip().lower())}
    for row in Received.within(workspace).order_by("id").iterator(chunk_size=2000):
        try:
            said = evidence(open_envelope(bytes(row.payload)))
        except Refused:
            continue
        if any((kind, value.strip().lower()) in wanted for kind, value in said.items()):
            yield row


def _erase_waiting(workspace: Workspace, known: list[tuple[str, str, str]]) -> int:
    waiting = [row.pk for row in _naming(workspace, known)]
    count = Received.within(workspace).filter(pk__in=waiting).delete()[0]
    needles = [json.dumps(shown).encode() for kind, _, shown in known if kind != "device"]
    refused = [
        row.pk for row in Refusal.within(workspace).iterator(chunk_size=2000) if any(needle in bytes(row.payload) for needle in needles)
    ]
    return count + Refusal.within(workspace).filter(pk__in=refused).delete()[0]


def _erase_files(workspace: Workspace, known: list[tuple[str, str, str]]) -> int:
    """Take a person's lines out of the lists of refused lines."""
    wanted = {one.lower() for _, value, shown in known for one in (value, shown)}
    gone = 0
    for path in sorted(Path(settings.DATA.imports).glob(f"{workspace.name}-*-refused.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        kept = [row for row in rows if not wanted.intersection(cell.strip().lower() for cell in row[3:])]
        if len(kept) == len(rows):
            continue
        draft = path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(kept)
        draft.replace(path)
        gone += len(rows) - len(kept)
    return gone
