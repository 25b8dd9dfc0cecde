"""What the person page reads: a fixed number of queries, whatever there is to show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from duologue.brand.catalogue.queries import products_or_groups
from duologue.engage.conversations.models import Conversation
from duologue.engage.messages.models import Delivery
from duologue.engage.perks.queries import of_person
from duologue.engage.runs.models import Run
from duologue.people.consent.models import ConsentNow, Pause, Purpose
from duologue.people.consent.queries import proofs, standing
from duologue.people.identifiers.models import Identifier
from duologue.people.profiles.models import Fact, Merge
from duologue.people.profiles.queries import profiles_of
from duologue.people.timeline.persons import latest
from duologue.strategize.segments.models import SegmentMember

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace

EVENTS = 60
LISTED = 50
LARGEST_NUMBER = 2**63 - 1


def reached_by(workspace: Workspace, persons: Sequence[int]) -> dict[int, list[Identifier]]:
    """Return up to two ways each person is known by, an e-mail address first."""
    owners = {profile: one for one, profiles in profiles_of(workspace, persons).items() for profile in profiles}
    found: dict[int, list[Identifier]] = {}
    order = {"email": 0, "phone": 1, "handle": 2, "external": 3, "card": 4}
    rows = Identifier.within(workspace).filter(profile_id__in=list(owners)).exclude(kind=Identifier.Kind.DEVICE)
    for one in sorted(rows, key=lambda row: order.get(row.kind, 9)):
        ways = found.setdefault(owners[one.profile_id], [])
        if len(ways) < 2:
            ways.append(one)
    return found


def events(workspace: Workspace, profiles: Sequence[int], before: tuple[datetime, int] | None) -> tuple[list[dict[str, Any]], str]:
    """Return the latest events of these profiles, newest first, and the place from which to read on."""
    found = latest(workspace, profiles, most=EVENTS + 1, before=before)
    rows = [
        {
            "id": one.id,
            "at": one.occurred_at,
            "name": one.name,
            "properties": one.properties,
            "source": one.source,
            "delivery": one.delivery_id,
        }
        for one in found
    ]
    following = f"{found[EVENTS - 1].occurred_at.isoformat()}_{found[EVENTS - 1].id}" if len(found) > EVENTS else ""
    return rows[:EVENTS], following.replace("+00:00", "Z")


def product_names(workspace: Workspace, keys: Collection[str]) -> dict[str, str]:
    """Return the names of the products, and groups of them, that are known, by key."""
    return {key: one.name for key, one in products_or_groups(workspace, keys).items()} if keys else {}


def facts(workspace: Workspace, profiles: Sequence[int]) -> list[Fact]:
    """Return what is known, by key, the newest where profiles differ."""
    newest: dict[str, Fact] = {}
    for one in Fact.within(workspace).filter(profile_id__in=profiles).order_by("key", "at"):
        newest[one.key] = one
    return list(newest.values())


def consents(workspace: Workspace, person: int) -> list[dict[str, Any]]:
    """Return per purpose and channel whether it may be used, and what was last said about it."""
    stands = standing(workspace, [person])[person]
    titles = {one.name: one for one in Purpose.within(workspace)}
    last: dict[tuple[str, str], Any] = {}
    for said in sorted(stands.said, key=lambda one: one.at):
        last[said.purpose, said.channel] = said
    return [
        {"purpose": titles.get(purpose), "name": purpose, "channel": channel, "may": stands.may(channel, purpose), "said": said}
        for (purpose, channel), said in sorted(last.items())
    ]


def statements(workspace: Workspace, profiles: Sequence[int]) -> list[dict[str, Any]]:
    """Return what was stated about what may be sent, newest first: `said`, whether its chain `holds`, the `letter` that asked, `more`."""
    rows = proofs(workspace, profiles)[:LISTED]
    proof = {said.pk: json.loads(said.proof) if isinstance(said.proof, str) else dict(said.proof) for said, _ in rows}
    asked = {pk: number for pk, one in proof.items() if (number := _delivery_in(one))}
    letters = Delivery.within(workspace).filter(profile_id__in=profiles).in_bulk(list(asked.values()))
    titles = dict(Purpose.within(workspace).values_list("name", "title"))
    return [
        {
            "said": said,
            "holds": holds,
            "title": titles.get(said.purpose, said.purpose),
            "letter": letters.get(asked.get(said.pk, 0)),
            "more": [(key, value) for key, value in proof[said.pk].items() if key != "delivery" or asked.get(said.pk) not in letters],
        }
        for said, holds in rows
    ]


def _delivery_in(proof: dict[str, Any]) -> int:
    """Return the number of the delivery that a proof names; 0 where it names none: a program may state whatever it likes."""
    said = proof.get("delivery")
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said <= LARGEST_NUMBER else 0


def pauses(workspace: Workspace, profiles: Sequence[int], now: datetime) -> list[Pause]:
    """Return the pauses that hold now."""
    held = Pause.within(workspace).filter(profile_id__in=profiles, lifted_at=None).filter(Q(until=None) | Q(until__gt=now))
    return list(held.order_by("since"))


def segments(workspace: Workspace, person: int) -> list[SegmentMember]:
    """Return the segments the person is in."""
    return list(SegmentMember.within(workspace).filter(person=person, member=True).select_related("segment").order_by("segment__name"))


def runs(workspace: Workspace, profiles: Sequence[int]) -> list[Run]:
    """Return the person's ways through dialogues, those under way first."""
    mine = Run.of(workspace, profiles).select_related("dialogue", "version")
    return list(mine.order_by("-under_way", "-started_at")[:LISTED])


def perks(workspace: Workspace, profiles: Sequence[int]) -> list[dict[str, Any]]:
    """Return the person's perks."""
    return of_person(workspace, profiles)[:LISTED]


def merges(workspace: Workspace, person: int) -> list[Merge]:
    """Return the merges that hold."""
    return list(Merge.within(workspace).filter(kept=person, undone_at=None).order_by("-at"))


def conversation(workspace: Workspace, profiles: Sequence[int]) -> Conversation | None:
    """Return the person's conversation, the open one if there are several."""
    return Conversation.within(workspace).filter(profile_id__in=profiles).order_by("-state", "-touched_at").first()


def not_sent(workspace: Workspace, profiles: Sequence[int]) -> list[Delivery]:
    """Return the latest deliveries that did not go out, or perhaps did, with why."""
    states = [Delivery.State.WITHHELD, Delivery.State.FAILED, Delivery.State.UNCERTAIN, Delivery.State.QUEUED]
    mine = Delivery.within(workspace).filter(profile__in=profiles, state__in=states).select_related("dialogue")
    return list(mine.order_by("-planned_at")[:10])


def said_before(workspace: Workspace, profiles: Sequence[int]) -> set[tuple[str, str]]:
    """Return the purposes and channels something was said about."""
    return set(ConsentNow.within(workspace).filter(profile_id__in=profiles).values_list("purpose", "channel"))
