"""Letters of several messages that were clicked, opened and left alone, drawn at random."""

import random
from datetime import UTC, datetime, timedelta

from django.db import transaction

from duologue.engage.messages.models import Delivery
from duologue.measure.reception.queries import received
from duologue.people.profiles.actions import add
from duologue.people.timeline.actions import NewEvent, write
from duologue.strategize.models import Dialogue

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def letters(workspace, seed, number=60, events=300, between=lambda: None):
    """Return the dialogue; `between` is called once half of the events stand on the timeline."""
    draw = random.Random(seed)
    dialogue = Dialogue(workspace=workspace, name="spring", draft="", state="live", current=1)
    dialogue.save()
    profiles = add(workspace=workspace, seen_at=[NOW] * (number // 2))
    made = []
    for step in range(number):
        profile, at = draw.choice(profiles), NOW + timedelta(days=draw.uniform(0, 20))
        made.append(
            Delivery._rows.create(
                workspace=workspace, dialogue=dialogue, person=profile, profile_id=profile, shard=1, turn=draw.choice(["it's", "b"]),
                channel="email", purpose="news", state=draw.choice(["accepted", "accepted", "accepted", "failed"]), occurrence=step,
                body=draw.choice([{}, {}, {"variant": "short"}, {"to": "team@shop.example"}]), due_at=at, too_late_at=at, planned_at=at,
                handed_over_at=draw.choice([None, at]), accepted_at=at, address=f"x@{draw.choice(['Big', 'small'])}.example",
            )
        )  # fmt: skip
    for half in range(2):
        with transaction.atomic():
            write(workspace=workspace, events=[_event(draw, draw.choice(made), profiles) for _ in range(events // 2)], now=NOW)
        if not half:
            between()
    return dialogue


def _event(draw, letter, profiles):
    at = letter.accepted_at + timedelta(hours=draw.uniform(-1, 20))
    whose = draw.choice([letter.profile_id] * 9 + [profiles[0]])
    of = draw.choice([letter.pk] * 9 + [None])
    if draw.random() < 0.3:
        return NewEvent(whose, at, "Message Opened", {}, delivery_id=of)
    number = draw.choice([1, 2, 3, 3])
    told = {"no": number, "link": draw.choice([f"l{number}", None]), "url": f"https://shop.example/{number}"}
    human = draw.choice(["true", "true", "false", "unknown", None])
    return NewEvent(whose, at, "Link Clicked", {**told, "human": human, "footer": draw.choice([None, False, True])}, delivery_id=of)


def as_json(workspace, dialogue):
    """Return what the report says of each message."""
    return {name: one.as_json() for name, one in received(workspace, dialogue).items()}
