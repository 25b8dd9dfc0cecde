"""Asking parents for their consent, and keeping what they say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from duologue.engage.messages.actions import NewDelivery, plain_letter, plan
from duologue.engage.messages.models import Delivery
from duologue.engage.parents.rules import ADDRESS, AGAIN, CHILD, MOST, TOO_LATE, TURN
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.queries import ages_known
from duologue.people.consent.rules import PARENT, Standing
from duologue.people.identifiers.rules import normalise
from duologue.people.profiles.queries import people, persons_of
from duologue.people.timeline import names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from duologue.people.profiles.queries import KnownPerson
    from duologue.people.timeline.queries import EventRow
    from duologue.platform.workspaces.models import Workspace


def ask_those_named(*, workspace: Workspace, events: Iterable[EventRow], now: datetime) -> int:
    """Ask the parents that a batch of events has named; return how many."""
    named = {event.profile_id for event in events if event.name == names.FACT_CHANGED and ADDRESS in event.properties}
    return ask_parents(workspace=workspace, profiles=named, now=now) if named else 0


@transaction.atomic(savepoint=False)
def ask_parents(*, workspace: Workspace, profiles: Collection[int], now: datetime) -> int:
    """Plan a letter to the parent of each of these who is too young and has named one; return how many.

    Nobody is asked twice within a week about the same child, however often a form is sent, nor about more than three.
    """
    owners = persons_of(workspace, sorted(profiles))
    known = people(workspace, sorted(set(owners.values())), {ADDRESS, CHILD}, identifiers=False)
    said = ages_known(workspace, list(known))
    young = [one for one in known.values() if one.person in said and Standing([], [], [], *said[one.person]).was_young(now)]
    asked = _asked_lately(workspace, [one.person for one in young], now)
    wanted = [(one, address) for one in young if one.person not in asked and (address := _address(one.facts.get(ADDRESS)))]
    sent = _sent_lately(workspace, {address for _, address in wanted}, now)
    letters = []
    for one, address in wanted:
        if sent[address] < MOST:
            sent[address] += 1
            letters.append(_letter(one, address, now))
    return len(plan(workspace=workspace, deliveries=letters, now=now))


def _letter(child: KnownPerson, address: str, now: datetime) -> NewDelivery:
    letter = plain_letter(TURN, child.person, child.profile_ids[0], now, now + TOO_LATE)
    return replace(letter, to=address, values={"child": str(child.facts.get(CHILD) or "")[:60]})


def _address(value: Any) -> str:
    try:
        return normalise("email", str(value or ""), "")
    except Refused:
        return ""


def _asked_lately(workspace: Workspace, persons: Sequence[int], now: datetime) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT p.person FROM people_profile p
               JOIN engage_delivery d ON d.workspace_id = p.workspace_id AND d.profile_id = p.id
               WHERE p.workspace_id = %s AND p.person = ANY(%s) AND d.turn = %s AND d.run_id IS NULL AND d.planned_at > %s""",
            (workspace.pk, list(persons), TURN, now - AGAIN),
        )
        return {row[0] for row in cursor.fetchall()}


def _sent_lately(workspace: Workspace, addresses: Collection[str], now: datetime) -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT body->>'to', count(*) FROM engage_delivery
               WHERE workspace_id = %s AND turn = 'parent' AND run_id IS NULL AND body->>'to' = ANY(%s) AND planned_at > %s GROUP BY 1""",
            (workspace.pk, sorted(addresses), now - AGAIN),
        )
        return Counter(dict(cursor.fetchall()))


def child_in(*, workspace: Workspace, delivery: int) -> str:
    """Return what a letter to a parent calls the child, or ""."""
    body = Delivery.within(workspace).values_list("body", flat=True).get(pk=delivery)
    return str(body.get("values", {}).get("child", ""))


def parent_says(
    *, workspace: Workspace, profile: int, agreed: Mapping[str, bool], wordings: Mapping[str, str], delivery: int, now: datetime
) -> None:
    """Keep what a parent says for each purpose, as statements of the child's with their own wording and proof."""
    said = [
        NewStatement(
            profile, PARENT, purpose, "granted" if yes else "withdrawn", now, "parent's page", wordings[purpose], {"delivery": delivery}
        )
        for purpose, yes in agreed.items()
    ]
    state(workspace=workspace, statements=said, now=now)
