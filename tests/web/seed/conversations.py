# ruff: noqa: RUF001
"""What people said and gave: conversations, contributions, a site to write on, and a program that is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.engage.carriers.actions import add_carrier, heard
from duologue.engage.contributions.actions import NewContribution, contribute, publish
from duologue.engage.contributions.photos import take_photo
from duologue.engage.conversations.models import Conversation, Entry
from duologue.engage.endpoints.actions import add_endpoint
from duologue.engage.messages.models import Delivery
from duologue.engage.models import Endpoint, Untaken
from duologue.engage.sites.actions import save_draft, save_site
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.platform.staff.models import Staff
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from tests.engage.contributions.pictures import a_photo
from tests.web.seed.texts import SITE, TASTE, YOUR_WORDS

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace


def talk(workspace: Workspace, now, persons: list[int]) -> None:
    for step, person in enumerate(persons[:3]):
        conversation = Conversation._rows.create(
            workspace=workspace,
            person=person,
            profile_id=person,
            state="open",
            team="care",
            intent="complaint" if not step else "question",
            is_complaint=not step,
            priority=1,
            assigned=Staff.objects.filter(memberships__workspace=workspace).first() if step == 1 else None,
            due_at=now - timedelta(minutes=20) if not step else None,
            answer_by=now + timedelta(hours=2) if step == 1 else None,
            brief="A cracked jug, and a code sent after it." if not step else "",
            opened_at=now - timedelta(hours=4),
            touched_at=now - timedelta(minutes=step),
        )
        said = [
            ("in", "The jug came cracked, and then you sent me a code. I am not pleased."),
            ("note", "Looked up the order: sent by second class."),
        ]
        for minute, (direction, text) in enumerate(said):
            Entry._rows.create(
                workspace=workspace,
                conversation=conversation,
                profile_id=person,
                at=now - timedelta(hours=4, minutes=-minute),
                direction=direction,
                channel="email",
                subject="Re: It’s been a while" if direction == "in" else "",
                text=text,
                intent="complaint" if direction == "in" else "",
            )


def given(workspace: Workspace, now, persons: list[int]) -> None:
    """What people gave to be shown: a photo and a review that may be, one that may not; the first is shown."""
    save_purpose(
        workspace=workspace, name="voices", title="Showing what you say", about="You may show this with my first name.", shows=True
    )
    survey = save_survey(workspace=workspace, survey=read_survey(YOUR_WORDS), now=now)
    letter = Delivery._rows.create(
        workspace=workspace, person=persons[0], profile_id=persons[0], shard=1, turn="given", channel="email", purpose="promotions",
        state="accepted", due_at=now, too_late_at=now, planned_at=now, accepted_at=now, survey_version=survey,
    )  # fmt: skip
    gifts = [{"photo": take_photo(a_photo(480, 360))}, {"text": "The beeswax smells of June, even in November.", "stars": 5}]
    for step, gift in enumerate([*gifts, {"text": "Nicely wrapped."}]):
        whose = persons[step % len(persons)]
        one = NewContribution(whose, "your-words", f"given-{step}", letter.pk, "voices" if step < 2 else "", **gift)
        (made,) = contribute(workspace=workspace, given=[one], now=now - timedelta(hours=step))
        if step < 2:
            said = NewStatement(whose, "public", "voices", "granted", now - timedelta(hours=3), "survey your-words", "You may show this.")
            state(workspace=workspace, statements=[said], now=now)
        if not step:
            publish(workspace=workspace, contribution=made, seen=now.isoformat(), shown_as="Ruth", staff=None, now=now)


def site(workspace: Workspace, now) -> None:
    """A site in force, and a draft of its next version."""
    save_survey(workspace=workspace, survey=read_survey(TASTE), now=now)
    save_site(workspace=workspace, source=SITE, now=now)
    draft = SITE.replace("Nothing else.", "Nothing else, and never an advertisement.").replace("Call me back", "Ring me")
    save_draft(workspace=workspace, name="tea-letter", source=draft, now=now, by="imogen@shop.example")


def mail_services(workspace: Workspace, now) -> None:
    """Two services that tell what became of mail: one lately, one never."""
    add_carrier(workspace=workspace, name="postmark", kind="postmark")
    heard(workspace=workspace, name="postmark", now=now - timedelta(minutes=14))
    add_carrier(workspace=workspace, name="mailgun", kind="mailgun", key="a key for tests")


def told(workspace: Workspace, now, person: int) -> None:
    """A program that refuses some events, and has trouble with one."""
    add_endpoint(workspace=workspace, name="crm", url="https://crm.example/hooks", events=["Order Completed", "Spam Reported"], now=now)
    one = Endpoint.within(workspace).get(name="crm")
    Endpoint.within(workspace).update(told=1204, told_at=now, trouble="status 503", failing_since=now, attempt=2)
    Untaken._rows.create(
        workspace=workspace, endpoint=one, profile_id=person, write_id=1, event_id=1, name="Order Completed", occurred_at=now,
        set_aside_at=now, reason="status 422",
    )  # fmt: skip
