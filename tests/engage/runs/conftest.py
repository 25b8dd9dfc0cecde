"""A small shop with people, a relay that keeps the mail, and dialogues made live from text."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from duologue.cli.worker.clock import advance
from duologue.cli.worker.once import turn_the_wheel
from duologue.engage.channels.actions import save_relay
from duologue.engage.messages.actions import save_message
from duologue.engage.models import Delivery, Run
from duologue.engage.runs import actions, plans, queries
from duologue.engage.runs.tasks import leases
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.models import Identifier, Profile
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.rules import shard_of
from duologue.people.timeline.actions import NewEvent, write
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.rules.plan import to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.models import Dialogue, DialogueVersion, Offer, OfferVersion
from duologue.strategize.segments.actions import save_segment

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MESSAGES = {
    name: {"message": name, "email": {"subject": name, "body": f"This is {name}: [shop](https://shop.example/)."}}
    for name in ("hello", "again", "gift", "last", "plain")
}
MESSAGES["spring"] = {
    "message": "spring",
    "email": {"subject": "Spring is here", "body": "[Look](https://shop.example/)."},
    "variants": {"short": {"subject": "spring"}, "long": {"subject": "Spring is here at last"}},
}


@dataclass
class Shop:
    workspace: object
    people: list[int] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)

    @property
    def now(self):
        return now(self.workspace)

    def add_people(self, count, *, consent=True, email=True):
        made = [Profile(workspace=self.workspace, person=0, shard=0, created_at=NOON, seen_at=NOON) for _ in range(count)]
        Profile._rows.bulk_create(made)
        for profile in made:
            profile.person, profile.shard = profile.pk, shard_of(profile.pk)
        Profile._rows.bulk_update(made, ["person", "shard"])
        ids = [profile.pk for profile in made]
        if email:
            Identifier._rows.bulk_create(
                Identifier(
                    workspace=self.workspace,
                    profile_id=n,
                    kind="email",
                    value=f"p{n}@example.com",
                    shown=f"p{n}@example.com",
                    first_seen_at=NOON,
                )
                for n in ids
            )
        if consent:
            self.state(ids, "granted")
        self.people += ids
        return ids

    def state(self, profiles, what, purpose="promotions"):
        statements = [NewStatement(n, "email", purpose, what, self.now, "form") for n in profiles]
        state(workspace=self.workspace, statements=statements, now=self.now)

    def segment(self, name, members):
        """The segment of those about whom a fact of its name is true; counted at once."""
        self.know(name, members, value=True)
        source = f"segment: {name}\nabout: For a test\nwhere: {{person.{name}: true}}\n"
        save_segment(workspace=self.workspace, name=name, source_yaml=source, now=self.now)
        self.turn()

    def know(self, fact, persons, value):
        learn(workspace=self.workspace, facts=[NewFact(n, fact, value, "form", self.now) for n in persons], now=self.now)

    def dialogue(self, text, *, start=True):
        plan = read_dialogue(text, "test.yaml")
        self.write(*(name for name in MESSAGES if name in text))
        row, _ = Dialogue.within(self.workspace).get_or_create(workspace=self.workspace, name=plan.dialogue, defaults={"draft": text})
        number = row.current + 1
        DialogueVersion(
            workspace=self.workspace, dialogue=row, number=number, source=text, plan=to_json(plan), pins={}, published_at=self.now
        ).save()
        Dialogue.within(self.workspace).filter(pk=row.pk).update(current=number)
        row.refresh_from_db()
        if start:
            actions.start_dialogue(workspace=self.workspace, name=plan.dialogue, now=self.now)
        return row

    def write(self, *names):
        """Save messages of these names; a dialogue saves those it speaks of."""
        for name in names:
            if name not in self.messages:
                save_message(workspace=self.workspace, name=name, source=MESSAGES[name], now=NOON)
                self.messages.add(name)

    def offer(self, name, **data):
        row = Offer(workspace=self.workspace, name=name)
        row.save()
        shape = {"offer": name, "kind": "discount", "code": "generated", "worth": 500, **data}
        OfferVersion(workspace=self.workspace, offer=row, number=1, data=shape, since=NOON).save()

    def happen(self, name, persons, properties=None, *, at=None, received_at=None, run_id=None, delivery_id=None):
        at = at or self.now
        with transaction.atomic():
            write(
                workspace=self.workspace,
                events=[
                    NewEvent(n, at, name, dict(properties or {}), "shop", received_at or at, run_id=run_id, delivery_id=delivery_id)
                    for n in persons
                ],
                now=self.now,
            )

    def click(self, person, turn, **more):
        delivery = self.delivery(person, turn)
        said = {"turn": turn, "seq": delivery.occurrence, "link": "shop", "human": "true", "footer": False, **more}
        self.happen("Link Clicked", [person], said, run_id=delivery.run_id, delivery_id=delivery.pk)

    def delivery(self, person, turn):
        return Delivery.within(self.workspace).filter(profile_id=person, turn=turn).latest("occurrence")

    def turn(self):
        return turn_the_wheel(self.workspace, self.now)

    def advance(self, **more):
        return advance(self.workspace, self.now + timedelta(**more))

    def run(self, person):
        return Run.within(self.workspace).filter(profile_id=person).latest("id")

    def where(self, person):
        run = self.run(person)
        return run.turn if run.under_way else f"ended: {run.ended_reason}"

    def states(self):
        rows = Delivery.within(self.workspace).values_list("state", "reason")
        found = {}
        for became, reason in rows:
            key = f"{became} {reason}".strip()
            found[key] = found.get(key, 0) + 1
        return found

    def adds_up(self):
        assert queries.unbalanced(self.workspace) == []


@pytest.fixture
def shop(transactional_db, workspace):
    plans.forget()
    leases.lost()
    made = Shop(workspace)
    for name in ("promotions", "newsletter"):
        save_purpose(workspace=workspace, name=name)
    save_purpose(workspace=workspace, name="bookings", basis="contract")
    save_relay(workspace=workspace, name="mailbox", kind="mailbox", is_test=True)
    return made
