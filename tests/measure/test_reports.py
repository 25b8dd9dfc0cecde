from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from duologue.engage.conversations.leaving import withdraw
from duologue.engage.models import Admission, Delivery, Perk, Run, RunStep
from duologue.measure.reports import queries, rules, tasks
from duologue.measure.reports.models import GroupCount
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.models import Profile
from duologue.people.timeline.actions import NewEvent, write
from duologue.strategize.models import Dialogue, DialogueVersion, Offer, OfferVersion

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def dialogue(workspace):
    dialogue = Dialogue(workspace=workspace, name="win-back", draft="", state="live", current=1)
    dialogue.save()
    plan = {"goal": {"event": "Order Completed", "within": "30d", "value": "revenue", "where": {"revenue": {"over": 1}}}}
    DialogueVersion(workspace=workspace, dialogue=dialogue, number=1, source="", plan=plan, pins={}, published_at=NOW).save()
    return dialogue


def person(workspace, dialogue, verdict="admitted", **run):
    profile = Profile(workspace=workspace, person=0, shard=1, created_at=NOW, seen_at=NOW)
    profile.save()
    Profile.within(workspace).filter(pk=profile.pk).update(person=profile.pk)
    reason = "no_consent" if verdict == "not_started" else ""
    Admission(workspace=workspace, dialogue=dialogue, person=profile.pk, verdict=verdict, reason=reason, at=NOW, decided_at=NOW).save()
    if verdict == "admitted":
        version = run.pop("version", None) or DialogueVersion.within(workspace).get()
        given = {"under_way": False, "ended_reason": "end", **run}
        Run(
            workspace=workspace,
            dialogue=dialogue,
            version=version,
            person=profile.pk,
            profile=profile,
            shard=1,
            turn="invite",
            arrived_at=NOW,
            started_at=NOW,
            **given,
        ).save()
    return profile


def said(workspace, dialogue, profile, turn, state, days, **fields):
    run = Run.within(workspace).get(person=profile.pk)
    at = NOW + days * DAY
    Delivery(
        workspace=workspace, run=run, dialogue=dialogue, person=profile.pk, profile=profile, shard=1, turn=turn, channel="email",
        purpose="promotions", state=state, due_at=at, too_late_at=at, planned_at=at, accepted_at=at if state == "accepted" else None, **fields,
    ).save()  # fmt: skip


def happened(workspace, profile, name, days, **properties):
    with transaction.atomic():
        write(workspace=workspace, events=[NewEvent(profile.pk, NOW + days * DAY, name, properties)], now=NOW)


def test_a_report_adds_up_and_credits_what_was_said(workspace, dialogue):
    buyer, refunder, silent = (person(workspace, dialogue) for _ in range(3))
    waiting = person(workspace, dialogue, under_way=True, ended_reason="")
    held = person(workspace, dialogue, "held_out")
    person(workspace, dialogue, "not_started")
    said(workspace, dialogue, buyer, "invite", "accepted", 1, responded_at=NOW, cost=2000)
    said(workspace, dialogue, buyer, "gift", "accepted", 3)
    said(workspace, dialogue, refunder, "invite", "accepted", 1)
    said(workspace, dialogue, silent, "invite", "withheld", 1, reason="no_address")
    said(workspace, dialogue, waiting, "invite", "queued", 1)
    run = Run.within(workspace).get(person=buyer.pk)
    RunStep(workspace=workspace, run=run, dialogue_id=dialogue.pk, person=buyer.pk, seq=1, turn="invite", arrived_at=NOW, left_at=NOW, heard="clicked: any", then="gift").save(force_insert=True)  # fmt: skip
    happened(workspace, buyer, "Order Completed", 4, order_id="1", revenue=20.01)
    happened(workspace, buyer, "Order Completed", 40, order_id="2", revenue=99)  # too late for the goal
    happened(workspace, buyer, "Order Completed", 5, order_id="3", revenue=0.5)  # the goal's condition says more than 1
    happened(workspace, refunder, "Order Completed", 2, order_id="4", revenue=10)
    happened(workspace, refunder, "Order Refunded", 6, order_id="4", total=4)
    happened(workspace, held, "Order Completed", 2, order_id="5", revenue=7)

    report = queries.report(workspace, "win-back", NOW + 50 * DAY)

    assert report["people"] == {"considered": 6, "held_out": 1, "not_started": {"no_consent": 1}, "under_way": 1, "ended": {"end": 3}}
    assert report["runs"] == {"started": 4, "under_way": 1, "ended": {"end": 3}}
    deliveries = report["deliveries"]
    assert (deliveries["planned"], deliveries["accepted"], deliveries["queued"], deliveries["withheld"]) == (5, 3, 1, {"no_address": 1})
    assert deliveries["responded"] == 1
    assert report["conversions"] == {"number": 2, "people": 2}
    assert (report["revenue"], report["refunds"]) == (2001 + 600, 400)
    assert report["attribution"]["last_touch"] == {
        "gift": {"conversions": 1.0, "revenue": 2001},
        "invite": {"conversions": 1.0, "revenue": 600},
    }
    assert report["attribution"]["linear"]["invite"] == {"conversions": 1.5, "revenue": 1001 + 600}
    assert report["lift"]["invited"] == {"people": 4, "converted": 2, "revenue": 2601}
    assert report["lift"]["held_out"] == {"people": 1, "converted": 1, "revenue": 700}
    assert report["turns"]["invite"]["left"] == [{"heard": "clicked: any", "then": "gift", "people": 1}]
    assert report["responses"] == {"clicked": 1}
    assert report["cost"] == {"deliveries": 2, "perks": 0, "total": 2, "return": 1300.5}


def test_credit_of_nothing_costs_nothing(workspace, dialogue):
    profile = person(workspace, dialogue)
    offer = Offer(workspace=workspace, name="nothing")
    offer.save()
    version = OfferVersion(workspace=workspace, offer=offer, number=1, data={}, since=NOW)
    version.save()
    kept = {"offer": offer, "offer_version": version, "profile": profile, "person": profile.pk, "run": Run.within(workspace).get()}
    Perk(workspace=workspace, unit="credit", state="issued", reserved_at=NOW, **kept).save()
    assert queries.report(workspace, "win-back", NOW)["cost"]["perks"] == 0


def test_people_merged_from_both_sides_are_left_out_of_the_lift_and_counted(workspace, dialogue):
    invited, held = person(workspace, dialogue), person(workspace, dialogue, "held_out")
    Profile.within(workspace).filter(pk=held.pk).update(person=invited.pk)
    lift = queries.report(workspace, "win-back", NOW)["lift"]
    assert (lift["mixed_people_left_out"], lift["invited"]["people"], lift["held_out"]["people"]) == (1, 0, 0)


def test_a_report_is_a_table_for_a_spreadsheet(workspace, dialogue):
    person(workspace, dialogue)
    lines = rules.as_csv(queries.report(workspace, "win-back", NOW)).splitlines()
    assert lines[0] == "section,name,value"
    assert "people,considered,1" in lines
    assert "people,ended.end,1" in lines


def test_no_spreadsheet_takes_what_others_wrote_for_a_formula():
    found = {"lift": {"low": -0.5}, "links": {"=1": {"url": "=HYPERLINK(1)", "name": "@sum"}}, "domains": {"+a.example": {"bounced": 1}}}
    assert rules.as_csv(found).splitlines()[1:] == [
        "lift,low,-0.5",
        "links,'=1.url,'=HYPERLINK(1)",
        "links,'=1.name,'@sum",
        "domains,'+a.example.bounced,1",
    ]


def test_an_unknown_dialogue_is_named(workspace):
    with pytest.raises(queries.NoSuchDialogue, match="no dialogue named 'win-bakc' in the workspace shop"):
        queries.report(workspace, "win-bakc", NOW)


@pytest.mark.django_db(transaction=True)
def test_the_job_counts_what_has_grown_and_nothing_else(workspace, dialogue):
    profile = person(workspace, dialogue)
    happened(workspace, profile, "Order Completed", 1, revenue=20)
    assert tasks.count_grown(workspace, NOW + 2 * DAY) == ["win-back"]
    assert tasks.count_grown(workspace, NOW + 3 * DAY) == []
    assert queries.last_report(workspace, dialogue).at == NOW + 2 * DAY
    assert {one.data[""]["revenue"] for one in GroupCount.within(workspace)} == {2000}
    happened(workspace, profile, "Order Completed", 4, revenue=30)
    assert tasks.count_grown(workspace, NOW + 5 * DAY) == ["win-back"]


def test_a_report_asked_for_by_a_page_leaves_the_groups_to_a_job(workspace, dialogue):
    happened(workspace, person(workspace, dialogue), "Order Completed", 1, revenue=20)
    first = tasks.report_alone(workspace, "win-back", NOW + 2 * DAY)
    assert tasks.report_alone(workspace, "win-back", NOW + 2 * DAY) == first == queries.report(workspace, "win-back", NOW + 2 * DAY)
    assert not GroupCount.within(workspace).exists()
    job = ProcrastinateJob.objects.get(task_name__endswith=".count_groups")
    tasks.count_groups(**job.args)
    assert {one.data[""]["revenue"] for one in GroupCount.within(workspace)} == {2000}


def test_who_unsubscribes_by_a_message_counts_once_for_its_dialogue(workspace, dialogue):
    one, other = (person(workspace, dialogue) for _ in range(2))
    for profile in (one, other):
        said(workspace, dialogue, profile, "invite", "accepted", 1)
    letter = Delivery.within(workspace).get(person=one.pk)
    for purpose in ("promotions", "newsletter"):
        save_purpose(workspace=workspace, name=purpose)
        yes = NewStatement(one.pk, "email", purpose, "granted", NOW, "form")
        state(workspace=workspace, statements=[yes], now=NOW)
    at = NOW + 2 * DAY
    withdraw(workspace=workspace, person=one.pk, profile=one.pk, channel="email", source="one-click", proof={"delivery": letter.pk}, now=at)
    assert queries.report(workspace, "win-back", NOW + 3 * DAY)["unsubscribes"] == 1
