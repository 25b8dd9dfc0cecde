# ruff: noqa: RUF001
"""Whom, when and why: a segment, messages, an offer, two dialogues, and a campaign in spring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duologue.engage.broadcasts.actions import save as save_broadcast
from duologue.engage.broadcasts.rules.texts import Broadcast
from duologue.engage.messages.actions import save_message
from duologue.strategize.campaigns.actions import save_campaign
from duologue.strategize.campaigns.rules import Campaign, Goal, Period
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion, SurveyVersion
from duologue.strategize.dialogues.rules.plan import to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.occasions.actions import save_occasion
from duologue.strategize.occasions.rules import Occasion
from duologue.strategize.offers.models import Offer, OfferVersion
from duologue.strategize.placements.actions import save_placement
from duologue.strategize.placements.rules import Placement
from duologue.strategize.segments.models import Segment, SegmentMember
from duologue.strategize.segments.rules.read import read_segment
from duologue.strategize.segments.rules.tree import to_json as rule_to_json
from tests.web.seed.texts import MESSAGES, SEGMENT, WIN_BACK

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace

OPTIONS = {"moved": "I’ve moved away", "enough": "I have all I need", "service": "Something went wrong"}


def plans_of(workspace: Workspace, now, persons: list[int]) -> dict:
    survey = SurveyVersion._rows.create(
        workspace=workspace,
        name="why-quiet",
        number=1,
        since=now,
        data={"survey": "why-quiet", "questions": {"reason": {"ask": "Was it something we did?", "kind": "one", "options": OPTIONS}}},
    )
    plans = {"segment": segment_of(workspace, now, persons), "messages": messages_of(workspace, now), "survey": survey}
    return {**plans, **offer_of(workspace, now), **dialogues_of(workspace, now)}


def segment_of(workspace: Workspace, now, persons: list[int]) -> Segment:
    segment = Segment._rows.create(
        workspace=workspace,
        name="lapsed-good-customers",
        about="Good customers who went quiet",
        source=SEGMENT,
        rule=rule_to_json(read_segment(SEGMENT, "lapsed.yaml")),
        reads=["event:Order Completed"],
        swept_at=now,
        swept_revision=1,
        size=len(persons),
    )
    for person in persons:
        SegmentMember._rows.create(workspace=workspace, segment=segment, person=person, shard=person % 64, member=True, since=now)
    return segment


def messages_of(workspace: Workspace, now) -> dict:
    fallback = {"person.first_name": "there", "perk.ten-percent.code": "your code"}
    return {
        name: save_message(workspace=workspace, name=name, source={"subject": subject, "body": body, "fallback": fallback}, now=now)
        for name, (subject, body) in MESSAGES.items()
    }


def offer_of(workspace: Workspace, now) -> dict:
    terms = {
        "offer": "ten-percent",
        "kind": "discount",
        "code": "generated",
        "worth": "10%",
        "lasts": "14d",
        "limits": {"each": 1, "all": 40},
    }
    offer = Offer._rows.create(workspace=workspace, name="ten-percent", given=38, spent=12_300)
    return {"offer": offer, "offered": OfferVersion._rows.create(workspace=workspace, offer=offer, number=1, data=terms, since=now)}


def dialogues_of(workspace: Workspace, now) -> dict:
    dialogue = Dialogue._rows.create(
        workspace=workspace,
        name="win-back",
        about="Good customers who went quiet, asked back.",
        draft=WIN_BACK,
        state="live",
        current=1,
        started_at=now,
    )
    version = DialogueVersion._rows.create(
        workspace=workspace,
        dialogue=dialogue,
        number=1,
        source=WIN_BACK,
        plan=to_json(read_dialogue(WIN_BACK, "win-back.yaml")),
        pins={"messages": dict.fromkeys(MESSAGES, 1), "surveys": {"why-quiet": 1}, "offers": {"ten-percent": 1}},
        published_at=now,
    )
    Dialogue._rows.create(
        workspace=workspace, name="welcome", about="Still being written.", draft="dialogue: welcome\nturns: {hello: {say: hello}}\n"
    )
    return {"dialogue": dialogue, "version": version}


def spring(workspace: Workspace, now) -> None:
    """A campaign of a letter, a spot on the radio and a tasting."""
    letter = Broadcast(
        "spring-letter",
        "Spring letter",
        "lapsed-good-customers",
        "promotions",
        "we-miss-you",
        when="at",
        day="2026-02-01",
        campaign="spring",
    )
    hope = Goal("Order Completed", {"total": {"over": 20}}, "revenue", "20000 GBP")
    spot = Placement("spring-radio", "radio", "Spring spot", campaign="spring", outlet="Ludlow FM", cost="900 GBP", codes=("SPRING",))
    save_placement(workspace=workspace, placement=spot, now=now)
    tasting = Occasion(
        "tasting",
        "Tea tasting",
        "Six teas, one evening",
        "spring",
        "2026-03-12 18:00",
        "2026-03-12 20:00",
        place="3 Broad Street, Ludlow",
        seats=24,
    )
    save_occasion(workspace=workspace, occasion=tasting, now=now)
    save_campaign(
        workspace=workspace,
        campaign=Campaign("spring", "Spring", "Before Easter", "Imogen", Period("2026-02-01", "2026-04-05"), hope, "3000 GBP"),
        now=now,
    )
    save_broadcast(workspace=workspace, broadcast=letter, now=now)
