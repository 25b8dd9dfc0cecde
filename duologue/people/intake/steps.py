"""The named steps from what was received to what is remembered; each works on a whole batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import connection

from duologue.kit.pipeline import Passage, Refused
from duologue.people.consent import actions as consent
from duologue.people.consent.ages import FORM
from duologue.people.consent.queries import erased
from duologue.people.identifiers import actions as identifiers
from duologue.people.identifiers.queries import find_many
from duologue.people.intake.rules import CONSENT, Incoming
from duologue.people.intake.stating import statement_of
from duologue.people.intake.whose import Known, is_to_be_weighed, settle
from duologue.people.intake.young import weigh_ages
from duologue.people.profiles import actions as profiles
from duologue.people.profiles.rules import FINDABLE, words_beside, words_of_names
from duologue.people.timeline import actions as timeline
from duologue.platform.database import arrays

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from duologue.platform.workspaces.models import Workspace


@dataclass(slots=True)
class Steps:
    """One batch's steps, in the workspace and at the moment they share."""

    workspace: Workspace
    now: datetime
    known: Known = field(default_factory=Known)
    outside: bool = False

    def not_seen_before(self, passage: Passage[Incoming]) -> None:
        """Stop events whose message id was seen in the last 90 days, and repeats within the batch."""
        first: dict[bytes, Incoming] = {}
        for event in passage.items:
            if event.key is not None:
                first.setdefault(event.key, event)
        if not first:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO people_seenkey (workspace_id, key, seen_at)
                   SELECT %s, k, %s FROM unnest(%s::bytea[]) AS k ON CONFLICT DO NOTHING RETURNING key""",
                (self.workspace.pk, self.now, arrays.digests(sorted(first))),
            )
            fresh = {bytes(row[0]) for row in cursor.fetchall()}
        again = Refused("seen before", "An event with this messageId was received before.")
        passage.keep(lambda event: None if event.key is None or (event.key in fresh and first[event.key] is event) else again)

    def whose(self, passage: Passage[Incoming]) -> None:
        """Look up who is known by the identifiers of the batch, holding the workspace's identity lock from here on."""
        identifiers.one_at_a_time(self.workspace)
        pairs = dict.fromkeys(_pairs(passage.items))
        previous = {event.previous for event in passage.items if event.previous}
        pairs.update(((kind, one), None) for one in previous for kind in ("external", "device"))
        profiles = self.known.profiles = find_many(self.workspace, pairs)
        weighed = chain(
            _pairs(filter(is_to_be_weighed, passage.items)), ((kind, one) for one in previous for kind in ("external", "device"))
        )
        if several := {profiles[pair] for pair in weighed if pair in profiles}:
            self._find_persons(several)

    def _find_persons(self, several: Collection[int]) -> None:
        """Find whose these profiles are, and what each person is known by: one table at a time.

        Only where several identifiers are weighed against each other does it matter. Joined, the planner takes a new workspace, of which
        it has no statistics yet, for empty, and compares everyone with everyone.
        """
        known = self.known
        with connection.cursor() as cursor:
            sql = "SELECT id, person FROM people_profile WHERE workspace_id = %s AND {} = ANY(%s::bigint[])"
            cursor.execute(sql.format("id"), (self.workspace.pk, arrays.numbers(several)))
            known.persons.update(cursor.fetchall())
            cursor.execute(sql.format("person"), (self.workspace.pk, arrays.numbers(set(known.persons.values()))))
            person_of = dict(cursor.fetchall())
            cursor.execute(
                """SELECT profile_id, bool_or(kind = 'external'), bool_or(kind <> 'device') FROM people_identifier
                   WHERE workspace_id = %s AND profile_id = ANY(%s::bigint[]) GROUP BY profile_id""",
                (self.workspace.pk, arrays.numbers(set(person_of))),
            )
            for profile, account, named in cursor.fetchall():
                if account:
                    known.with_account.add(person_of[profile])
                if named:
                    known.named.add(person_of[profile])

    def may_we_keep_it(self, passage: Passage[Incoming]) -> None:
        """Stop what comes under an identifier whose owner was erased. In a house others live too, whom something else names."""
        gone = erased(self.workspace, (pair for pair in _pairs(passage.items) if pair[0] != "device"))
        if gone:
            refusal = Refused("erased", "The person of this identifier was erased and is not taken in again.")
            passage.keep(lambda event: refusal if _is_of(event, gone) else None)

    def written(self, passage: Passage[Incoming]) -> None:
        """Make new people, attach identifiers, learn facts, state consent and write the timeline."""
        settle(passage.items, self.known)
        besides = weigh_ages(self.workspace, passage.items) if self.outside else []
        said = (
            (event.profile_id, profiles.Learned(event.traits, event.source, event.occurred_at, event.purposes))
            for event in passage.items
            if event.traits
        )
        facts = profiles.newest_of(chain(said, besides))
        made = self._make_profiles(passage.items, facts)
        joined = self._attach_and_merge()
        number = self.known.number
        newest = {number.get(profile, profile): learned for profile, learned in facts.items()}
        # whoever was made and joined to somebody at once may have objected to what they say here
        profiles.keep(workspace=self.workspace, newest=newest, now=self.now, own=FORM, made=made.keys() - joined)
        self._find_by_words(passage.items, made.keys(), joined)
        events = [_row(event) for event in passage.items if event.name and event.name not in CONSENT]
        timeline.write(workspace=self.workspace, events=events, now=self.now)
        statements = [statement_of(event, event.profile_id) for event in passage.items if event.name in CONSENT]
        consent.state(workspace=self.workspace, statements=statements, now=self.now, made=made.keys())
        seen: dict[int, datetime] = {}
        for event in passage.items:
            before = seen.get(event.profile_id) or made.get(event.profile_id)
            if before is None or before < event.occurred_at:
                seen[event.profile_id] = event.occurred_at
        profiles.saw(workspace=self.workspace, seen=seen)

    def _make_profiles(self, events: list[Incoming], facts: Mapping[int, Sequence[profiles.Learned]]) -> dict[int, datetime]:
        """Turn negative numbers into profiles; return those made, and when each was first seen."""
        new = self.known.new
        if not new:
            return {}
        merged = self.known.merged
        joined = {*merged, *(keep for keep, _ in merged.values())}
        said = ({} if -place in joined else profiles.values_of(facts.get(-place, ())) for place in range(1, len(new) + 1))
        ids = profiles.add(workspace=self.workspace, seen_at=[event.occurred_at for event in new], known=list(said))
        self.known.number = {-place: profile for place, profile in enumerate(ids, 1)}
        for event in events:
            if event.profile_id < 0:
                event.profile_id = self.known.number[event.profile_id]
        return {profile: event.occurred_at for profile, event in zip(ids, new, strict=True)}

    def _attach_and_merge(self) -> set[int]:
        """Attach identifiers, and make one person of those who share them; return who was joined, and to whom."""
        number = self.known.number
        identifiers.attach_unknown(
            workspace=self.workspace,
            identifiers=[(kind, value, number.get(profile, profile), shown) for profile, (kind, value), shown in self.known.attach],
            now=self.now,
        )
        shared = [(number.get(profile, profile), device) for profile, device in self.known.shared]
        identifiers.share(workspace=self.workspace, seen=shared, now=self.now)
        pairs = []
        for lose, (_, because) in self.known.merged.items():
            keep = lose
            while keep in self.known.merged:
                keep = self.known.merged[keep][0]
            pairs.append((number.get(keep, keep), number.get(lose, lose), because))
        profiles.unite(workspace=self.workspace, pairs=pairs, now=self.now)
        return {person for keep, lose, _ in pairs for person in (keep, lose)}

    def _find_by_words(self, events: list[Incoming], made: Collection[int], joined: Collection[int]) -> None:
        number = self.known.number
        named = {event.profile_id for event in events if not event.traits.keys().isdisjoint(profiles.NAME_FACTS)}
        unwanted = profiles.objections(self.workspace, sorted(one for one in named if one not in made or one in joined))
        pairs = {
            (event.profile_id, word)
            for event in events
            if (facts := event.traits)
            for word in words_of_names(facts if not unwanted else _without(facts, event.profile_id, unwanted))
        }
        pairs.update(
            (number.get(profile, profile), word)
            for profile, (kind, value), shown in self.known.attach
            if kind in FINDABLE
            for word in words_beside(kind, value, shown)
        )
        profiles.find_by(workspace=self.workspace, pairs=pairs, made=made)


def _without(facts: Mapping[str, Any], profile: int, unwanted: Collection[tuple[int, str]]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if (profile, key) not in unwanted}


def _pairs(events: Iterable[Incoming]) -> Iterator[tuple[str, str]]:
    """Give the identifiers of events, once where several share theirs."""
    shared = {id(event.identifiers): event.identifiers for event in events}
    return (pair for identifiers in shared.values() for pair in identifiers)


def _is_of(event: Incoming, gone: Collection[tuple[str, str]]) -> bool:
    """Say whether an event is of somebody who was erased; a postal address says so only where nothing else names anyone."""
    named = [pair for pair in event.identifiers if pair[0] not in {"device", "postal"}]
    return any(pair in gone for pair in named or event.identifiers)


def _row(event: Incoming) -> timeline.NewEvent:
    return timeline.NewEvent(
        profile_id=event.profile_id,
        occurred_at=event.occurred_at,
        name=event.name,
        properties=event.properties,
        source=event.source,
        received_at=event.received_at,
    )
