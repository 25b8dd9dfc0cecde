"""Where people stand: what they allowed, what is paused, which addresses are not to be used."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.kit.pipeline import Refused
from duologue.people.consent import ages
from duologue.people.consent.models import ConsentStatement, Purpose, Topic
from duologue.people.consent.rules import (
    GRANTED,
    KIND_OF,
    Paused,
    Said,
    Standing,
    Union,
    Wishes,
    Young,
    broken_at,
    content_digest,
    content_of,
    topic_fact,
)
from duologue.people.identifiers.rules import normalise
from duologue.platform.database import arrays
from duologue.platform.secrets.signing import address_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from duologue.platform.workspaces.models import Workspace


def age_matters(keys: str, since: str) -> str:
    """Return the SQL that says which facts `f` can make somebody young: of these keys (`ages.WEIGHED`), who may be born since a year."""
    return f"""f.key = ANY({keys}) AND (f.key = 'too_young_until' OR NOT starts_with(f.source, 'site ')) AND
    CASE WHEN f.key = 'age' AND f.value #>> '{{}}' ~ '^[0-9]{{1,3}}$' THEN extract(year FROM f.at) - (f.value #>> '{{}}')::int >= {since}
         WHEN f.value #>> '{{}}' ~ '^[0-9]{{4}}-' THEN left(f.value #>> '{{}}', 4)::int >= {since} ELSE true END"""


def standing(workspace: Workspace, persons: Sequence[int], *, facts: Mapping[int, Collection[str]] | None = None) -> dict[int, Standing]:
    """Return where each of these persons stands, in four queries; one who never said anything has an empty standing.

    `facts` are the keys of all facts that each of them has, where they were read a moment ago: who has none about their age is not asked.
    """
    found = {person: Standing() for person in persons}
    ids = arrays.numbers(found)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, c.profile_id, c.channel, c.purpose, c.state, c.at, c.heard_at
               FROM people_profile p JOIN people_consentnow c ON c.workspace_id = p.workspace_id AND c.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[])""",
            (workspace.pk, ids),
        )
        for person, *said in cursor.fetchall():
            found[person].said.append(Said(*said))
        cursor.execute(
            """SELECT p.person, s.because, s.since, s.until
               FROM people_profile p JOIN people_pause s ON s.workspace_id = p.workspace_id AND s.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND s.lifted_at IS NULL""",
            (workspace.pk, ids),
        )
        for person, *pause in cursor.fetchall():
            found[person].pauses.append(Paused(*pause))
        _weigh_age(cursor, workspace, found, facts)
        several = [person for person, one in found.items() if len({said.profile_id for said in one.said}) > 1]
        if several:
            cursor.execute(
                "SELECT profiles, at FROM people_merge WHERE workspace_id = %s AND undone_at IS NULL AND profiles && %s::bigint[]",
                (workspace.pk, [said.profile_id for person in several for said in found[person].said]),
            )
            unions = [Union(frozenset(profiles), at) for profiles, at in cursor.fetchall()]
            for person in several:
                profiles = {said.profile_id for said in found[person].said}
                found[person].unions = [one for one in unions if profiles & one.profiles]
    return found


def _weigh_age(cursor: Any, workspace: Workspace, found: dict[int, Standing], facts: Mapping[int, Collection[str]] | None) -> None:
    """Note of those who allowed something, and of whom a day of birth is known, from when on their own consent counts."""
    asked = [
        person
        for person, one in found.items()
        if (facts is None or not ages.WEIGHED.isdisjoint(facts.get(person, ()))) and any(said.state == GRANTED for said in one.said)
    ]
    if not asked:
        return
    first = min(said.aged_at.year for person in asked for said in found[person].said if said.state == GRANTED)
    # whoever was born before was of age everywhere when they first allowed anything
    for person, known in _ages(cursor, workspace, asked, first - max(ages.AGES.values())).items():
        found[person].of_age_on, found[person].forms = known


def statements_about(workspace: Workspace, person: int, channel: str, purpose: str) -> list[Said]:
    """Return all that was ever said of a purpose on a channel, on any of a person's profiles, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.profile_id, c.channel, c.purpose, c.state, c.at
               FROM people_profile p JOIN people_consentstatement c ON c.workspace_id = p.workspace_id AND c.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = %s AND c.channel = %s AND c.purpose = %s
               ORDER BY c.at, c.state <> %s, c.profile_id, c.number""",
            (workspace.pk, person, channel, purpose, GRANTED),
        )
        return [Said(*row) for row in cursor.fetchall()]


def ages_known(workspace: Workspace, persons: Sequence[int]) -> dict[int, tuple[date | None, list[Young]]]:
    """Return of those of whom something is said about their age: from when on their own consent counts, and what forms said."""
    with connection.cursor() as cursor:
        return _ages(cursor, workspace, persons, 0)


def _ages(cursor: Any, workspace: Workspace, persons: Sequence[int], since: int) -> dict[int, tuple[date | None, list[Young]]]:
    cursor.execute(
        f"""SELECT p.person, f.key, f.value::text, f.at,
                  coalesce((SELECT o.country FROM people_profile o WHERE o.workspace_id = p.workspace_id AND o.person = p.person
                            AND o.country <> '' ORDER BY o.seen_at DESC LIMIT 1), '')
           FROM people_profile p JOIN people_fact f ON f.workspace_id = p.workspace_id AND f.profile_id = p.id
           WHERE p.workspace_id = %s AND p.person = ANY(%s::bigint[]) AND {age_matters("%s", "%s")}""",
        (workspace.pk, arrays.numbers(persons), list(ages.WEIGHED), since, since),
    )
    said: dict[int, list[tuple[str, Any, date]]] = {}
    forms: dict[int, list[Young]] = {}
    country: dict[int, str] = {}
    for person, key, value, at, lives_in in cursor.fetchall():
        country[person] = lives_in or workspace.country
        here = json.loads(value)
        said.setdefault(person, []).append((key, here, at.date()))
        if key == ages.UNTIL and (until := ages.day_of(here)) is not None:
            forms.setdefault(person, []).append(Young(at, until))
    return {person: (ages.of_age_on(facts, country[person]), forms.get(person, [])) for person, facts in said.items()}


def wishes(workspace: Workspace, persons: Sequence[int]) -> dict[int, Wishes]:
    """Return how those of these persons want to hear from the brand who have said so."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.person, coalesce(max(w.pace_days), 0), coalesce((array_agg(w.hours ORDER BY w.at DESC))[1], '')
               FROM people_wish w JOIN people_profile p ON p.workspace_id = w.workspace_id AND p.id = w.profile_id
               WHERE w.workspace_id = %s AND p.person = ANY(%s::bigint[]) GROUP BY p.person""",
            (workspace.pk, arrays.numbers(persons)),
        )
        return {person: Wishes(pace, hours) for person, pace, hours in cursor.fetchall()}


def suppressed(workspace: Workspace, channel: str, addresses: Collection[str]) -> set[str]:
    """Return those of the addresses, as given, that must not be used on this channel, whatever the reason."""
    written = {address: _kept(workspace, channel, address) for address in addresses}
    listed = barred(workspace, channel, set(written.values()))
    return {address for address, kept in written.items() if kept in listed}


def barred(workspace: Workspace, channel: str, addresses: Collection[str]) -> set[str]:
    """Return those of the addresses, normalised as identifiers are, that must not be used on this channel, whatever the reason."""
    if not addresses:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM people_suppression WHERE workspace_id = %s AND channel = %s)", (workspace.pk, channel))
        if not cursor.fetchone()[0]:
            return set()
        salt = bytes(workspace.salt)
        digests = {address_digest(salt, channel, address): address for address in addresses}
        cursor.execute(
            "SELECT DISTINCT address FROM people_suppression WHERE workspace_id = %s AND channel = %s AND address = ANY(%s::bytea[])",
            (workspace.pk, channel, arrays.digests(digests)),
        )
        return {digests[bytes(row[0])] for row in cursor.fetchall()}


def erased(workspace: Workspace, identifiers: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the normalised identifiers (kind, value) whose owner was erased."""
    return set(erased_at(workspace, identifiers))


def erased_at(workspace: Workspace, identifiers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    """Return when the owner was erased of those of the normalised identifiers (kind, value) whose owner was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM people_suppression WHERE workspace_id = %s AND reason = 'erased')", (workspace.pk,))
        if not identifiers or not cursor.fetchone()[0]:
            return {}
        salt = bytes(workspace.salt)
        digests = {address_digest(salt, kind, value): (kind, value) for kind, value in identifiers}
        cursor.execute(
            "SELECT address, at FROM people_suppression WHERE workspace_id = %s AND reason = 'erased' AND address = ANY(%s::bytea[])",
            (workspace.pk, arrays.digests(digests)),
        )
        return {digests[bytes(address)]: at for address, at in cursor.fetchall()}


def digest_of(workspace: Workspace, channel: str, address: str) -> bytes:
    """Return the keyed hash under which an address stands on the list, the same however it is written."""
    return address_digest(bytes(workspace.salt), channel, _kept(workspace, channel, address))


def _kept(workspace: Workspace, channel: str, address: str) -> str:
    try:
        return normalise(KIND_OF.get(channel, "handle"), address, workspace.country)
    except Refused:
        return address.strip().lower()


def purposes(workspace: Workspace) -> dict[str, Purpose]:
    """Return the workspace's purposes by name.

    Several rooms ask this for every batch, and each must see what was changed a moment ago: so it is asked as plainly as can be.
    """
    names = [field.attname for field in Purpose._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM people_purpose WHERE workspace_id = %s ORDER BY name", (workspace.pk,))
        found = (Purpose.from_db(connection.alias, names, row) for row in cursor.fetchall())
        return {purpose.name: purpose for purpose in found}


def topics(workspace: Workspace) -> dict[str, Topic]:
    """Return the workspace's topics by name."""
    return {topic.name: topic for topic in Topic.within(workspace).order_by("name")}


def declining(workspace: Workspace, persons: Sequence[int], topic: str) -> set[int]:
    """Return those of these persons who do not want to hear about a topic; what was said last on any profile counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (p.person) p.person, f.value = 'false'::jsonb
               FROM people_profile p JOIN people_fact f ON f.workspace_id = p.workspace_id AND f.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND f.key = %s ORDER BY p.person, f.at DESC, f.profile_id DESC""",
            (workspace.pk, list(persons), topic_fact(topic)),
        )
        return {person for person, declines in cursor.fetchall() if declines}


def proofs(workspace: Workspace, profiles: Collection[int]) -> list[tuple[ConsentStatement, bool]]:
    """Return all that was stated on these profiles, the newest first, each with whether its chain holds up to and with it."""
    rows = list(ConsentStatement.within(workspace).filter(profile__in=profiles).order_by("profile_id", "number"))
    broken = {profile: _broken_at(list(some)) for profile, some in groupby(rows, key=lambda row: row.profile_id)}
    newest = sorted(rows, key=lambda row: (row.at, row.number), reverse=True)
    return [(row, (at := broken[row.profile_id]) is None or row.number < at) for row in newest]


def chain_broken_at(workspace: Workspace, profile_id: int) -> int | None:
    """Return the number of the first consent statement of a profile that does not verify, or None when all do.

    Where the salt is still kept, the content itself is checked too; after erasing only the chain of digests can be.
    """
    return _broken_at(list(ConsentStatement.within(workspace).filter(profile=profile_id).order_by("number")))


def _broken_at(rows: Sequence[ConsentStatement]) -> int | None:
    for row in rows:
        proof = json.loads(row.proof) if isinstance(row.proof, str) else row.proof
        said = {"channel": row.channel, "purpose": row.purpose, "state": row.state, "at": row.at.isoformat()}
        said |= {"source": row.source, "wording": row.wording, "proof": proof}
        if row.salt and content_digest(bytes(row.salt), content_of(said)) != bytes(row.content):
            return int(row.number)
    return broken_at((row.number, bytes(row.content), bytes(row.digest)) for row in rows)
