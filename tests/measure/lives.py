"""Lives of many people whom a dialogue considered, drawn at random, and what came of it, counted one event after the other."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from duologue.engage.models import Admission, Delivery, Run
from duologue.measure.funnels.rules import Goal, revenue_of
from duologue.measure.lift.rules import Arm
from duologue.people.models import Profile
from duologue.people.timeline.actions import NewEvent, write
from duologue.strategize.models import Dialogue, DialogueVersion

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
GOAL = Goal("Order Completed", timedelta(days=30), "sum.net", {"any": [{"sum.net": {"over": 1}}, {"it's": "so"}], "shop": {"not": "b"}})


@dataclass
class Lives:
    workspace: object
    dialogue: object
    person_of: dict[int, int] = field(default_factory=dict)
    admissions: list[tuple] = field(default_factory=list)  # profile, when, held out
    runs: list[tuple] = field(default_factory=list)  # profile, when
    deliveries: list[tuple] = field(default_factory=list)  # profile, when, turn, its number, whether it is the dialogue's
    events: list[tuple] = field(default_factory=list)  # when, its number, profile, name, properties, delivery


def live(workspace, seed, people=40, events=240, between=lambda: None):
    """Write lives down; `between` is called once half of their events stand on the timeline."""
    draw = random.Random(seed)
    dialogue, other = (Dialogue(workspace=workspace, name=name, draft="", state="live", current=1) for name in ("d", "other"))
    lives = Lives(workspace, dialogue)
    for one in (dialogue, other):
        one.save()
        DialogueVersion(workspace=workspace, dialogue=one, number=1, source="", plan={}, pins={}, published_at=NOW).save()
    for _ in range(people):
        profile = Profile(workspace=workspace, person=0, shard=1, created_at=NOW, seen_at=NOW)
        profile.save()
        lives.person_of[profile.pk] = draw.choice([profile.pk, profile.pk, *lives.person_of.values()][:6])
        Profile.within(workspace).filter(pk=profile.pk).update(person=lives.person_of[profile.pk])
        _consider(lives, draw, profile, other)
    profiles = list(lives.person_of)
    for half in range(2):
        with transaction.atomic():
            for _ in range(events // 2):
                _happen(lives, draw, draw.choice(profiles))
        if not half:
            between()
    numbers = {(one[0], one[2]): one[1] for one in _written(workspace)}
    lives.events = sorted((at, numbers[at, profile], profile, *rest) for at, profile, *rest in lives.events)
    return lives


def _written(workspace):
    from duologue.people.timeline.models import Event

    return Event.within(workspace).values_list("occurred_at", "id", "profile_id")


def _consider(lives, draw, profile, other):
    at = NOW + timedelta(days=draw.uniform(-200, 0))
    version = DialogueVersion.within(lives.workspace).get(dialogue=lives.dialogue)
    verdict = draw.choice(["admitted", "admitted", "admitted", "held_out", "held_out", "not_started"])
    if lives.person_of[profile.pk] != profile.pk and draw.random() < 0.5:
        return
    given = {"workspace": lives.workspace, "person": profile.pk}
    Admission(**given, dialogue=lives.dialogue, verdict=verdict, reason="", at=at, decided_at=at).save()
    if verdict != "not_started":
        lives.admissions.append((profile.pk, at, verdict == "held_out"))
    for _ in range(draw.choice([0, 1, 1, 2, 3]) if verdict == "admitted" else 0):
        started = at + timedelta(days=draw.uniform(0, 60))
        run = Run(
            **given, dialogue=lives.dialogue, version=version, profile=profile, shard=1, turn="a", arrived_at=at, started_at=started,
            under_way=False, ended_reason="end",
        )  # fmt: skip
        run.save()
        lives.runs.append((profile.pk, started))
        for whose in (lives.dialogue, other):
            for turn in draw.sample(["a", "b", "c"], 2):
                said = started + timedelta(days=draw.uniform(0, 20))
                sent = Delivery(
                    **given, run=run, dialogue=whose, profile=profile, shard=1, turn=turn, channel="email", purpose="promotions",
                    state="accepted", due_at=said, too_late_at=said, planned_at=said, accepted_at=said, occurrence=len(lives.deliveries),
                )  # fmt: skip
                sent.save()
                lives.deliveries.append((profile.pk, said, turn, sent.pk, whose == lives.dialogue))


def _happen(lives, draw, profile):
    at = NOW + timedelta(days=draw.uniform(-220, 100), microseconds=draw.randrange(1000))
    worth = draw.choice([20.005, "7.50", "?", None, 0.5, 1e-7, "1e3", {"net": 1}, True, -4, 10**20])
    order = draw.choice(["1", "2", 3, "", None])
    name = draw.choice(["Order Completed"] * 4 + ["Order Refunded"] * 2 + ["Message Replied", "Spam Reported", "Something Else"])
    delivery = None
    if name == "Order Completed":
        properties = {"sum": {"net": worth}, "order_id": order, "it's": draw.choice(["so", None]), "shop": draw.choice("abc")}
    elif name == "Order Refunded":
        properties = {"order_id": order, draw.choice(["total", "revenue"]): worth, draw.choice(["total", "total", "revenue"]): worth}
    else:
        properties = {"intent": draw.choice(["complaint", "other", None]), "words": "w"}
        delivery = draw.choice([None, *(one[3] for one in lives.deliveries)])
    write(workspace=lives.workspace, events=[NewEvent(profile, at, name, properties, delivery_id=delivery)], now=NOW)
    lives.events.append((at, profile, name, properties, delivery))


def counted(lives, goal):
    """Return what `outcomes` is to return, as plain values."""
    considered, sides = {}, defaultdict(set)
    for profile, at, held_out in lives.admissions:
        person = lives.person_of[profile]
        considered[person] = min(at, considered.get(person, at))
        sides[person].add(held_out)
    starts = defaultdict(list)
    for profile, at in lives.runs:
        starts[lives.person_of[profile]].append(at)
    did, bought, refunds, reactions = defaultdict(lambda: [0, 0]), [], [], Counter()
    for at, number, profile, name, properties, delivery in lives.events:
        person = lives.person_of[profile]
        if person not in considered or at <= considered[person]:
            continue
        if any(one[3] == delivery and one[4] for one in lives.deliveries):
            reactions["spam_reports"] += name == "Spam Reported"
            reactions["complaints"] += name == "Message Replied" and properties["intent"] == "complaint"
        if goal is None or name not in (goal.event, "Order Refunded"):
            continue
        in_time = at < considered[person] + goal.within
        inside = any(start < at < start + goal.within for start in starts[person])
        order = str(properties.get("order_id") or "")
        if name == goal.event:
            if goal.accepts(properties):
                worth = revenue_of(properties, goal.value, "GBP")
                did[person][0] += in_time
                did[person][1] += in_time * worth
                if inside:
                    bought.append((person, at, order, worth, number))
        else:
            worth = abs(revenue_of(properties, "revenue" if properties.get("total") is None else "total", "GBP"))
            did[person][1] -= in_time * worth
            last = [one for one in bought if order and one[2] == order][-1:]
            of = last[0] if last and last[0][0] == person else None
            if of or inside:
                refunds.append((person, of[1] if of else at, of[2] if of else "", -worth, number))
    arms = []
    for side in (False, True):
        people = [did[person] for person in considered if sides[person] == {side}]
        worths = [worth for _, worth in people]
        arms.append(Arm(len(people), sum(times > 0 for times, _ in people), sum(worths), sum(worth**2 for worth in worths)))
    zone = ZoneInfo(lives.workspace.timezone)
    return {
        "arms": arms,
        "mixed": sum(len(both) == 2 for both in sides.values()),
        "bought": [(*one, *_touches(lives, one, goal)) for one in bought],
        "refunds": [(*one, *_touches(lives, one, goal)) for one in refunds],
        "reactions": dict(reactions),
        "began": dict(Counter(f"{min(at).astimezone(zone):%Y-%m}" for at in starts.values() if at)) if goal else {},
        "first": {one[0]: min(starts[one[0]]) for one in bought},
    }


def _touches(lives, bought, goal):
    person, at = bought[:2]
    said = sorted((when, turn) for profile, when, turn, _, ours in lives.deliveries if ours and lives.person_of[profile] == person)
    before = [one for one in said if at - goal.within <= one[0] <= at]
    return [turn for _, turn in before], before[-1][0] if before else None


def plain(found):
    """Return outcomes as plain values, to compare."""
    return {
        "arms": [found.invited, found.held_out],
        "mixed": found.mixed,
        "bought": [(one.person, one.at, one.order, one.revenue, one.event, one.touches, one.touched_at) for one in found.bought],
        "refunds": [(one.person, one.at, one.order, one.revenue, one.event, one.touches, one.touched_at) for one in found.refunds],
        "reactions": dict(found.reactions),
        "began": found.began,
        "first": found.first_began,
    }
