from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duologue.engage.messages.models import Delivery
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.platform.secrets.signing import sign
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SURVEY = """
survey: why-quiet
title: Why so quiet?
questions:
  reason: {ask: What keeps you away?, kind: one, options: {moved: I moved, busy: Too busy}, fills: {fact: quiet_reason}, needed: true, why: So that we bother you less}
  likes: {ask: What do you like?, kind: many, options: [beans, ground]}
  more: {ask: Anything else?, kind: text}
  rate: {ask: How do you rate us?, kind: nps}
  news: {ask: May we send news?, kind: one, options: {"yes": Yes, "no": No}, fills: {consent: promotions}}
"""


@pytest.fixture
def anna(workspace):
    save_purpose(workspace=workspace, name="newsletter", title="The newsletter", about="Once a month")
    save_purpose(workspace=workspace, name="promotions", title="Offers")
    save_purpose(workspace=workspace, name="bookings", title="Bookings", basis="contract")
    profile = add(workspace=workspace, seen_at=[NOW])[0]
    said = [NewStatement(profile, "email", purpose, "granted", NOW - timedelta(days=9), "form") for purpose in ("newsletter", "promotions")]
    state(workspace=workspace, statements=said, now=NOW)
    learn(workspace=workspace, facts=[NewFact(profile, "taste", "dark roast", "form", NOW)], now=NOW)
    return profile


@pytest.fixture
def deliver(workspace, anna):
    """Make a delivery; returns its page token."""

    def make(purpose="newsletter", body=None, *, survey=False):
        version = save_survey(workspace=workspace, survey=read_survey(SURVEY), now=NOW) if survey else None
        made = Delivery(
            workspace=workspace, person=anna, profile_id=anna, shard=1, turn="hello", channel="email", purpose=purpose, state="accepted",
            basis="consent", due_at=NOW, too_late_at=NOW, planned_at=NOW, accepted_at=NOW, body=body or {}, survey_version=version,
        )  # fmt: skip
        made.save()
        return sign("page", workspace.pk, made.pk)

    return make
