"""Whom the brand serves: people with their facts and consents, what they may choose, what arrived and what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.engage.messages.models import Delivery
from duologue.people.consent.actions import NewStatement, save_topic, state
from duologue.people.identifiers.models import Identifier
from duologue.people.imports.models import Import
from duologue.people.intake.models import Refusal
from duologue.people.profiles.actions import NewFact, add, learn, make_findable
from duologue.people.profiles.models import Profile
from duologue.people.retention.actions import set_retention
from duologue.people.retention.models import Removal, RetentionRules
from duologue.people.retention.rules import Retention
from tests.web.seed.texts import PEOPLE

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def people_of(workspace: Workspace, now, number: int) -> list[int]:
    ids = add(workspace=workspace, seen_at=[now - timedelta(hours=step) for step in range(number)])
    shown = [PEOPLE[step % len(PEOPLE)] + (f" {step}" if step >= len(PEOPLE) else "") for step in range(number)]
    facts = []
    for profile, name in zip(ids, shown, strict=True):
        first, *rest = name.split(" ")
        values = {"first_name": first, "last_name": " ".join(rest), "country": "GB", "locale": "en-GB", "likes": "candles"}
        facts += [NewFact(profile, key, value, "shop", now) for key, value in values.items()]
    learn(workspace=workspace, facts=facts, now=now)
    for step, profile in enumerate(ids):
        address = f"person{step}@people.example"
        Identifier._rows.create(workspace=workspace, profile_id=profile, kind="email", value=address, shown=address, first_seen_at=now)
    make_findable(
        workspace=workspace, texts=[*zip(ids, shown, strict=True), *((p, f"person{s}@people.example") for s, p in enumerate(ids))]
    )
    Profile.within(workspace).filter(pk__in=ids, name="").update(name="Somebody")
    statements = [
        NewStatement(profile, "email", "promotions", "granted", now - timedelta(days=90), "shop", "May we write to you?") for profile in ids
    ]
    state(workspace=workspace, statements=statements, now=now)
    return ids


def own_pages(workspace: Workspace, now, person: int) -> None:
    """Topics to choose, and the letters that lead to a person's own data and to a parent's page."""
    for name, about in (("candles", "New ones, and how they are made"), ("sales", "Four times a year")):
        save_topic(workspace=workspace, name=name, title=name.capitalize(), about=about)
    for turn, body in (("known", {}), ("parent", {"to": "mum@people.example"})):
        Delivery._rows.create(
            workspace=workspace, person=person, profile_id=person, shard=1, turn=turn, channel="email", purpose=turn, kind="service",
            basis="confirmation", state="accepted", body={"plain": turn, **body}, due_at=now, too_late_at=now, planned_at=now, accepted_at=now,
        )  # fmt: skip


def kept_for_a_time(workspace: Workspace, now) -> None:
    set_retention(workspace=workspace, retention=Retention({"Page Viewed": "90d", "any": "1095d"}, {"size": "365d"}), now=now)
    RetentionRules.within(workspace).update(next_at=now + timedelta(hours=7))
    for days in (1, 2):
        at = now - timedelta(days=days)
        gone = {"keep": "90d", "before": at - timedelta(days=90), "at": at, "events": 1204 * days, "in_lake": 1204 * days}
        Removal(workspace=workspace, kind="event", name="Page Viewed", **gone).save()


def arrivals(workspace: Workspace, now) -> None:
    for step in range(3):
        Refusal._rows.create(
            workspace=workspace,
            source="shop",
            at=now - timedelta(minutes=step),
            reason="no_identity",
            sentence="The event says neither who it is about (userId) nor which device (anonymousId).",
            payload=b"{}",
        )
    Import._rows.create(
        workspace=workspace, kind="people", file="people.csv", file_digest=b"x" * 32, recipe="", state="done", rows_read=120, rows_written=118,
        rows_refused=2, started_at=now, ended_at=now,
    )  # fmt: skip
