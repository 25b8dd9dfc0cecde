"""From planning to the mailbox: the gate, the letter, the outcome on the timeline."""

import email
import email.policy
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import read_book
from duologue.engage.channels.models import KeptMail, Relay
from duologue.engage.conversations.mail import take_in_mail
from duologue.engage.conversations.models import Conversation
from duologue.engage.messages import actions, links, queries, tasks
from duologue.engage.messages.models import Attempt, Delivery
from duologue.engage.messages.words import wording_of
from duologue.engage.perks.models import Perk
from duologue.engage.runs.models import Run
from duologue.people.consent.actions import NewStatement, pause, state, suppress
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.timeline import names
from duologue.platform.workspaces.actions import stop_all
from duologue.strategize.dialogues.models import Dialogue, DialogueVersion, SurveyVersion
from duologue.strategize.guardrails.actions import take_guardrails
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.rules import read_offer


def events(workspace, name):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT profile_id, properties, delivery_id FROM people_event WHERE workspace_id = %s AND name = %s ORDER BY id",
            (workspace.pk, name),
        )
        return [(p, json.loads(q) if isinstance(q, str) else q, d) for p, q, d in cursor.fetchall()]


def only(workspace):
    return Delivery.within(workspace).get()


def test_a_planned_delivery_reaches_the_mailbox(shop, person, delivery, now):
    ann = person(1)
    [planned] = actions.plan(workspace=shop, deliveries=[delivery(ann, turn="invite", seq=1)], now=now)
    assert tasks.send_due(shop, now) == 1
    sent = only(shop)
    assert (sent.state, sent.attempt, sent.accepted_at, sent.address, sent.relay) == ("accepted", 1, now, "p1@example.com", "mailbox")
    mail = email.message_from_bytes(bytes(KeptMail.within(shop).get().content), policy=email.policy.default)
    assert mail["Subject"] == "Hello there"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in mail["List-Unsubscribe"]
    assert "Dear there," in mail.get_body(("plain",)).get_content()
    assert "/l/" in mail.get_body(("html",)).get_content()
    assert "https://shop.example/new" not in mail.get_body(("html",)).get_content()
    [(profile, properties, about)] = events(shop, names.MESSAGE_SENT)
    assert (profile, about, properties["turn"], properties["seq"], properties["message"]) == (ann, planned, "invite", 1, "hello")
    assert Attempt.within(shop).values_list("delivery", "number", "outcome").get() == (planned, 1, "accepted")
    assert tasks.send_due(shop, now) == 0


def test_what_the_gate_withholds_says_why(shop, person, delivery, now):
    nobody, silent, barred = person(1, email=False), person(2, consent=False), person(3)
    suppress(workspace=shop, channel="email", addresses=["P3@example.com"], reason="bounce", now=now)
    late = person(4)
    actions.plan(
        workspace=shop,
        deliveries=[delivery(nobody), delivery(silent), delivery(barred), delivery(late, too_late_at=now - timedelta(hours=1))],
        now=now,
    )
    tasks.send_due(shop, now)
    found = dict(Delivery.within(shop).values_list("profile", "reason"))
    assert found == {nobody: "no_address", silent: "no_consent", barred: "suppressed", late: "too_late"}
    assert {properties["reason"] for _, properties, _ in events(shop, names.MESSAGE_WITHHELD)} == set(found.values())
    assert not KeptMail.within(shop).exists()


def test_service_messages_need_no_consent_but_suppression_holds(shop, person, delivery, now):
    fine, barred = person(1, consent=False), person(2, consent=False)
    suppress(workspace=shop, channel="email", addresses=["p2@example.com"], reason="bounce", now=now)
    actions.plan(workspace=shop, deliveries=[delivery(one, purpose="orders", kind="service") for one in (fine, barred)], now=now)
    tasks.send_due(shop, now)
    assert dict(Delivery.within(shop).values_list("profile", "state")) == {fine: "accepted", barred: "withheld"}


def test_a_withdrawal_stops_what_is_not_yet_handing_over(shop, person, delivery, now):
    ann = person(1)
    actions.plan(workspace=shop, deliveries=[delivery(ann)], now=now)
    state(
        workspace=shop,
        statements=[
            NewStatement(
                profile_id=ann, channel="email", purpose="promotions", state="withdrawn", at=now, source="page", wording="No", proof={}
            )
        ],
        now=now,
    )
    tasks.send_due(shop, now)
    assert (only(shop).state, only(shop).reason) == ("withheld", "no_consent")


def test_pauses_and_windows_put_off(shop, person, delivery, now):
    snoozed, night = person(1), person(2, timezone="Asia/Tokyo")  # 12:00 UTC is 21:00 in Tokyo
    pause(workspace=shop, profile_id=snoozed, because="snooze", since=now - timedelta(days=1), until=now + timedelta(days=1))
    actions.plan(workspace=shop, deliveries=[delivery(snoozed), delivery(night, window="Mo-Sa 09:00-20:00")], now=now)
    tasks.send_due(shop, now)
    found = {row.profile_id: row for row in Delivery.within(shop)}
    assert (found[snoozed].state, found[snoozed].due_at, found[snoozed].reason) == ("queued", now + timedelta(days=1), "paused")
    assert (found[night].state, found[night].due_at, found[night].reason) == ("queued", now + timedelta(hours=12), "window")
    assert queries.next_due(shop) == now + timedelta(hours=12)
    tasks.send_due(shop, now + timedelta(hours=12))
    assert Delivery.within(shop).get(profile=night).state == "accepted"


def test_caps_count_over_dialogues_and_within_one_batch(shop, person, delivery, now):
    take_guardrails(workspace=shop, source="caps: [{channel: email, at_most: 2, within: 7d}]\n", now=now)
    ann = person(1)
    actions.plan(workspace=shop, deliveries=[delivery(ann, turn=f"t{n}", too_late_at=now + timedelta(days=30)) for n in range(3)], now=now)
    actions.plan(workspace=shop, deliveries=[delivery(ann, turn="service", kind="service", purpose="orders")], now=now)
    tasks.send_due(shop, now)
    rows = {row.turn: (row.state, row.due_at) for row in Delivery.within(shop)}
    assert rows == {
        "t0": ("accepted", now),
        "t1": ("accepted", now),
        "t2": ("queued", now + timedelta(days=7)),
        "service": ("accepted", now),
    }


def test_nothing_leaves_while_all_sending_is_stopped(shop, person, delivery, now):
    actions.plan(workspace=shop, deliveries=[delivery(person(1))], now=now)
    stop_all(shop, because="fire", now=now)
    assert tasks.send_due(shop, now) == 0
    assert only(shop).state == "queued"
    assert queries.next_due(shop) is None


def test_a_virtual_workspace_never_uses_a_real_relay(shop, person, delivery, now):
    Relay.within(shop).update(is_test=False)
    actions.plan(workspace=shop, deliveries=[delivery(person(1))], now=now)
    tasks.send_due(shop, now)
    assert (only(shop).state, only(shop).reason) == ("queued", "no_relay")


def test_planned_once_for_run_turn_and_occurrence(shop, person, delivery, now):
    ann = person(1)
    dialogue = Dialogue(workspace=shop, name="invite", draft="")
    dialogue.save()
    version = DialogueVersion(workspace=shop, dialogue=dialogue, number=1, source="", plan={}, pins={}, published_at=now)
    version.save()
    run = Run(
        workspace=shop, dialogue=dialogue, version=version, person=ann, profile_id=ann, shard=0, turn="a", arrived_at=now, started_at=now
    )
    run.save()
    about = {"run_id": run.pk, "dialogue_id": dialogue.pk, "turn": "a"}
    twice = [delivery(ann, seq=1, **about), delivery(ann, seq=1, message="other", **about), delivery(ann, seq=2, **about)]
    assert len(actions.plan(workspace=shop, deliveries=twice, now=now)) == 2
    assert actions.plan(workspace=shop, deliveries=twice, now=now) == []
    dialogue.state = Dialogue.State.PAUSED
    dialogue.save()
    assert tasks.send_due(shop, now) == 0
    assert queries.next_due(shop) is None
    dialogue.state = Dialogue.State.LIVE
    dialogue.save()
    assert tasks.send_due(shop, now) == 2
    assert [(properties["dialogue"], properties["seq"]) for _, properties, _ in events(shop, names.MESSAGE_SENT)] == [
        ("invite", 1),
        ("invite", 2),
    ]


def test_locale_and_link_numbers(shop, person, delivery, now):
    hans = person(1, locale="de-AT")
    [planned] = actions.plan(workspace=shop, deliveries=[delivery(hans)], now=now)
    tasks.send_due(shop, now)
    assert KeptMail.within(shop).get().subject == "Hallo there"
    found = links.link_targets(shop, [(planned, 2), (planned, 3), (planned + 99, 1)])
    target = found[planned, 2]
    assert (target.url, target.name) == ("https://shop.example/neu?utm_source=duologue&utm_medium=email&utm_content=hello", "neues")
    assert (target.sent.message, target.sent.channel, target.sent.is_about) == ("hello", "email", False)
    assert found[planned, 3] is found[planned + 99, 1] is None


def test_the_number_of_queries_does_not_grow_with_the_batch(shop, person, delivery, now, django_assert_max_num_queries):
    counts = []
    for size in (1, 12):
        batch = [delivery(person(100 * size + n)) for n in range(size)]
        actions.plan(workspace=shop, deliveries=batch, now=now)
        with CaptureQueriesContext(connection) as seen:
            tasks.send_due(shop, now)
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 1


@pytest.mark.parametrize(
    ("facts", "subject"),
    [
        ({"first_name": "MCDONALD"}, "Hello McDonald"),
        ({"first_name": "JOHN", "called": "Johnny"}, "Hello Johnny"),
        ({"first_name": "F*ck"}, "Hello there"),
        ({}, "Hello there"),
    ],
)
def test_one_value_greets_in_every_message(shop, person, now, facts, subject):
    text = "message: greeting\nfallback: {person.called: there}\nemail: {subject: 'Hello {{ person.called }}', body: Hi}\n"
    actions.save_message(workspace=shop, name="greeting", source=text, now=now)
    ann = person(7)
    learn(workspace=shop, facts=[NewFact(ann, key, value, "form", now) for key, value in facts.items()], now=now)
    assert queries.render_preview(shop, "greeting", ann).subject == subject
    assert [one.about for one in wording_of(shop, "greeting").open] == []


def test_letters_greet_by_a_name_or_by_the_fall_back(shop, person, delivery, now):
    """All capitals, what somebody asked to be called, a rude word, and nothing: as the letters that left say it."""
    text = "message: greeting\nfallback: {person.called: there}\nemail: {subject: 'Hello {{ person.called }}', body: 'Dear {{ person.called }},'}\n"
    actions.save_message(workspace=shop, name="greeting", source=text, now=now)
    known = [{"first_name": "MCDONALD"}, {"first_name": "JOHN", "called": "Johnny"}, {"first_name": "F*ck"}, {}]
    people = [person(number) for number in range(1, 5)]
    facts = [NewFact(one, key, value, "form", now) for one, said in zip(people, known, strict=True) for key, value in said.items()]
    learn(workspace=shop, facts=facts, now=now)
    actions.plan(workspace=shop, deliveries=[delivery(one, message="greeting", turn="hi") for one in people], now=now)
    assert tasks.send_due(shop, now) == 4
    kept = [
        email.message_from_bytes(bytes(one.content), policy=email.policy.default) for one in KeptMail.within(shop).order_by("recipient")
    ]
    assert [one["Subject"] for one in kept] == ["Hello McDonald", "Hello Johnny", "Hello there", "Hello there"]
    for part in ("plain", "html"):
        bodies = [one.get_body((part,)).get_content() for one in kept]
        assert [name in body for name, body in zip(["McDonald,", "Johnny,", "there,", "there,"], bodies, strict=True)] == [True] * 4


def test_answers_go_to_the_address_that_the_brand_book_names_and_find_their_letter(shop, person, delivery, now):
    book = "name: Shop\nsenders: {email: {name: Shop, address: hello@shop.example, reply_to: rose@shop.example}}\nfooter: Shop, Bath\n"
    save_book(workspace=shop, book=read_book(book), now=now, source=book, by="ada")
    ann = person(1)
    actions.plan(workspace=shop, deliveries=[delivery(ann, turn="invite", seq=1)], now=now)
    tasks.send_due(shop, now)
    mail = email.message_from_bytes(bytes(KeptMail.within(shop).get().content), policy=email.policy.default)
    assert mail["Reply-To"] == "rose@shop.example"
    answer = f"From: p1@example.com\nTo: {mail['Reply-To']}\nSubject: Re\nMessage-ID: <1@x.example>\nIn-Reply-To: {mail['Message-ID']}\n\nDo you ship?\n"
    assert take_in_mail(workspace=shop, raw=answer.encode(), now=now).done == "entered"
    assert (Conversation.within(shop).get().person, only(shop).responded_at) == (ann, now)


def test_a_preview_for_someone_and_for_no_one(shop, person):
    hans = person(1, locale="de")
    assert queries.render_preview(shop, "hello", hans).subject == "Hallo there"
    assert queries.render_preview(shop, "hello").subject == "Hello there"
    with pytest.raises(queries.NoSuchMessage):
        queries.render_preview(shop, "nothing")


def test_a_perk_is_set_aside_when_written_and_issued_when_accepted(shop, person, delivery, now):
    save_offer(
        workspace=shop,
        offer=read_offer("offer: ten-percent\nkind: discount\ncode: generated\nworth: 10%\nlasts: 14d\nlimits: {all: 2}\n", "x.yaml"),
        now=now,
    )
    actions.save_message(
        workspace=shop,
        name="code",
        source={
            "subject": "{{ perk.ten-percent.code }}",
            "body": 'Until {{ perk.ten-percent.expires_at }}, that is {{ perk.ten-percent.expires_at | date: "%d.%m." }}',
        },
        now=now,
    )
    people = [person(n, locale="de") for n in range(3)]
    gives = [("ten-percent", None)]
    actions.plan(workspace=shop, deliveries=[delivery(one, message="code", gives=gives, turn="gift") for one in people], now=now)
    tasks.send_due(shop, now)
    assert list(Delivery.within(shop).order_by("id").values_list("state", "reason")) == [
        ("accepted", ""),
        ("accepted", ""),
        ("withheld", "perk_gone"),
    ]
    given = list(Perk.within(shop).order_by("id"))
    assert [perk.state for perk in given] == ["issued", "issued"]
    mails = list(KeptMail.within(shop).order_by("id"))
    assert [mail.subject for mail in mails] == [perk.code for perk in given]
    text = email.message_from_bytes(bytes(mails[0].content), policy=email.policy.default).get_body(("plain",)).get_content()
    assert "Until 19. Januar 2026, that is 19.01." in text
    [(_, properties, _), _] = events(shop, names.MESSAGE_SENT)
    assert properties["perks"] == {"ten-percent": {"expires_at": given[0].expires_at.isoformat()}}
    assert given[0].code not in str(properties)


def test_a_later_message_of_the_run_names_the_code_given_earlier(shop, person, delivery, now):
    save_offer(workspace=shop, offer=read_offer("offer: ten\nkind: discount\ncode: generated\nworth: 10%\nlasts: 14d\n", "x.yaml"), now=now)
    for name in ("code", "reminder"):
        body = "Until {{ perk.ten.expires_at }}"
        actions.save_message(workspace=shop, name=name, source={"subject": "{{ perk.ten.code }}", "body": body}, now=now)
    people, runs = [person(n) for n in (1, 2)], []
    dialogue = Dialogue(workspace=shop, name="invite", draft="")
    dialogue.save()
    version = DialogueVersion(workspace=shop, dialogue=dialogue, number=1, source="", plan={}, pins={}, published_at=now)
    version.save()
    for one in people:
        about = {"person": one, "profile_id": one, "shard": 0, "turn": "gift", "arrived_at": now, "started_at": now}
        runs.append(Run(workspace=shop, dialogue=dialogue, version=version, **about))
        runs[-1].save()
    in_run = [{"run_id": run.pk, "dialogue_id": dialogue.pk} for run in runs]
    gives = {"gives": [("ten", None)], "message": "code", "turn": "gift", "seq": 1}
    actions.plan(workspace=shop, deliveries=[delivery(one, **gives, **about) for one, about in zip(people, in_run, strict=True)], now=now)
    tasks.send_due(shop, now)
    later = now + timedelta(days=3)
    last = {"message": "reminder", "turn": "last", "seq": 2, "due_at": later, "too_late_at": later + timedelta(days=1)}
    actions.plan(workspace=shop, deliveries=[delivery(one, **last, **about) for one, about in zip(people, in_run, strict=True)], now=later)
    tasks.send_due(shop, later)
    given = list(Perk.within(shop).order_by("id"))
    mails = list(KeptMail.within(shop).order_by("id"))
    assert [perk.state for perk in given] == ["issued", "issued"]
    assert [mail.subject for mail in mails] == [perk.code for perk in given] * 2
    text = email.message_from_bytes(bytes(mails[2].content), policy=email.policy.default).get_body(("plain",)).get_content()
    assert "Until January 19, 2026" in text


def test_a_question_without_a_message_gets_a_plain_one(shop, person, delivery, now):
    SurveyVersion(workspace=shop, name="why", number=1, data={}, since=now).save()
    ann = person(1, consent=False, locale="de")
    actions.plan(
        workspace=shop,
        deliveries=[
            delivery(ann, message=None, survey="why", kind="service", purpose="orders", turn="ask"),
            delivery(ann, message=None, consent="promotions", kind="service", turn="consent"),
            delivery(ann, message=None, subject="Re: Lost", text="Dear Ann,\nit is <found>.", kind="service", purpose="orders"),
            delivery(ann, message=None, kind="service", purpose="orders"),
        ],
        now=now,
    )
    tasks.send_due(shop, now)
    assert list(Delivery.within(shop).order_by("id").values_list("state", "reason")) == [("accepted", "")] * 3 + [
        ("withheld", "not_written")
    ]
    mails = [email.message_from_bytes(bytes(mail.content), policy=email.policy.default) for mail in KeptMail.within(shop).order_by("id")]
    assert [mail["Subject"] for mail in mails] == ["Eine Frage an Sie", "Dürfen wir Ihnen schreiben: promotions", "Re: Lost"]
    assert "/s/" in mails[0].get_body(("html",)).get_content()
    assert "it is <found>." in mails[2].get_body(("plain",)).get_content()
    assert "it is &lt;found&gt;." in mails[2].get_body(("html",)).get_content()
