"""Who agreed and who left, as another tool wants to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import connection
from msgspec.structs import replace

from duologue.people.consent.queries import digest_of, purposes, standing
from duologue.people.consent.rules import LONG_AGO
from duologue.people.exchange.rules.line import AGREED, LEFT, UNSAID, Line
from duologue.people.identifiers.queries import addresses, identifiers_of
from duologue.people.profiles.queries import people

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duologue.people.consent.rules import Standing
    from duologue.platform.workspaces.models import Workspace

AT_ONCE: Final = 5000
NAMES: Final = ("first_name", "last_name", "name")


def lines(workspace: Workspace, purpose: str, channel: str = "email") -> Iterator[Line]:
    """Give a line for each person with an address, in bounded memory: how they stand for a purpose, since when and why.

    Whoever agreed stands under the address that is written to. Whoever left stands under each that is known, for the other tool
    may have any of them; and so does an address that is not to be used.
    """
    by_consent = [name for name, one in purposes(workspace).items() if one.basis == "consent"]
    last = 0
    while persons := _persons_after(workspace, last):
        last = persons[-1]
        found = addresses(workspace, persons, "email")
        stand = standing(workspace, list(found))
        reasons = _reasons(workspace, list(found), channel, purpose)
        every = {person: kinds["email"] for person, kinds in identifiers_of(workspace, list(found), ["email"]).items()}
        blocked = _blocked(workspace, channel, [email for emails in every.values() for email in emails])
        known = people(workspace, list(found), NAMES, identifiers=False)
        for person, email in found.items():
            if person not in every or person not in known:
                continue  # they were erased meanwhile
            facts = {key: str(value) for key, value in known[person].facts.items() if key in NAMES}
            for one in (email, *(other for other in every[person] if other != email)):
                line = _line(stand[person], one, (channel, purpose, by_consent), blocked.get(one, ""))
                if one == email or line.state == LEFT:
                    yield replace(line, facts=facts, reason=reasons.get(person, "") if line.state == LEFT else "")


def _line(stand: Standing, email: str, about: tuple[str, str, Sequence[str]], because: str) -> Line:
    channel, purpose, by_consent = about
    here = [one for one in stand.said if one.channel == channel and one.purpose == purpose]
    against = [one for one in here if one.state != AGREED]
    if stand.may(channel, purpose) and not because:
        since = max(one.at for one in here if one.state == AGREED)
        return Line(email=email, state=AGREED, at=since if since > LONG_AGO else None)
    if not against and not because:
        return Line(email=email, state=UNSAID)
    gone = {one.purpose for one in stand.said if one.channel == channel and one.state != AGREED}
    everything = bool(because) or (len(by_consent) > 1 and set(by_consent) <= gone)
    at = max((one.at for one in against), default=None)
    return Line(email=email, state=LEFT, at=at, everything=everything, suppress=because)


def _persons_after(workspace: Workspace, last: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT person FROM people_profile WHERE workspace_id = %s AND person > %s ORDER BY person LIMIT %s",
            (workspace.pk, last, AT_ONCE),
        )
        return [row[0] for row in cursor.fetchall()]


def _reasons(workspace: Workspace, persons: list[int], channel: str, purpose: str) -> dict[int, str]:
    """Return what the latest leaving of each person gives as its reason, or else by which way they left."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (p.person) p.person, coalesce(s.proof ->> 'reason', s.source)
               FROM people_profile p JOIN people_consentstatement s ON s.workspace_id = p.workspace_id AND s.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND s.channel = %s AND s.purpose = %s AND s.state <> %s
               ORDER BY p.person, s.at DESC, s.number DESC""",
            (workspace.pk, persons, channel, purpose, AGREED),
        )
        return dict(cursor.fetchall())


def _blocked(workspace: Workspace, channel: str, emails: list[str]) -> dict[str, str]:
    """Return why addresses are not to be used; a bounce is said before a spam report."""
    digests = {digest_of(workspace, channel, email): email for email in emails}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT address, min(reason) FROM people_suppression
               WHERE workspace_id = %s AND channel = %s AND address = ANY(%s) GROUP BY address""",
            (workspace.pk, channel, list(digests)),
        )
        return {
            digests[bytes(address)]: reason if reason in {"hard_bounce", "spam_report"} else "by_hand"
            for address, reason in cursor.fetchall()
        }
