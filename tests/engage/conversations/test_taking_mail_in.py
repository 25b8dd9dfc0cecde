from __future__ import annotations

from email.message import EmailMessage

import pytest

from duologue.engage.channels.email.addresses import bounce_address, mail_token, reply_address
from duologue.engage.conversations.actions import close
from duologue.engage.conversations.mail import take_in_mail, workspace_for
from duologue.engage.conversations.models import Conversation, Entry
from duologue.engage.messages.models import Delivery
from duologue.people.consent.queries import standing, suppressed
from duologue.people.models import Profile
from duologue.platform.workspaces.actions import create_workspace


def reply(workspace, delivery, text, *, message_id="<1@people.example>", sender="anna@people.example"):
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = sender, "Re: Hello", message_id
    message["To"] = reply_address(mail_token(workspace.pk, delivery.pk), "mail.shop.example") if delivery else "hello@shop.example"
    message.set_content(text)
    return message.as_bytes()


def bounced(workspace, delivery, status="5.1.1", action="failed"):
    to = bounce_address(mail_token(workspace.pk, delivery.pk), "mail.shop.example")
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered\nContent-Type: multipart/report; boundary=b\n\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; anna@people.example\n"
        f"Action: {action}\nStatus: {status}\n\n--b--\n"
    ).encode()


def report(workspace, delivery):
    token = mail_token(workspace.pk, delivery.pk)
    return (
        "From: fbl@provider.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: abuse\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <d.{token}@mail.shop.example>\nSubject: Hi\n\nHi\n--b--\n"
    ).encode()


def test_a_question_opens_the_conversation_for_a_human(workspace, anna, delivery, told, now):
    taken = take_in_mail(workspace=workspace, raw=reply(workspace, delivery, "Do you ship to Malta?"), now=now)
    one = Conversation.within(workspace).get(pk=taken.conversation)
    assert (one.state, one.held_by, one.intent, one.person, one.is_complaint) == ("open", "human", "question", anna, False)
    assert told("intent") == [("Message Replied", "question"), ("Conversation Opened", "question")]
    delivery.refresh_from_db()
    assert delivery.responded_at == now


def test_the_same_mail_is_taken_in_once(workspace, anna, delivery, told, now):
    raw = reply(workspace, delivery, "Do you ship to Malta?")
    assert take_in_mail(workspace=workspace, raw=raw, now=now).done == "entered"
    assert take_in_mail(workspace=workspace, raw=raw, now=now).done == "taken in before"
    assert Entry.within(workspace).count() == 1
    assert told().count("Message Replied") == 1


def test_an_opt_out_withdraws_everything_granted_on_the_channel(workspace, anna, delivery, told, now):
    take_in_mail(workspace=workspace, raw=reply(workspace, delivery, "STOP"), now=now)
    stands = standing(workspace, [anna])[anna]
    assert not stands.may("email", "newsletter")
    assert not stands.may("email", "promotions")
    assert told().count("Consent Withdrawn") == 2


def test_a_complaint_pauses_promotion_until_closed(workspace, anna, delivery, told, now):

    raw = reply(workspace, delivery, "My order never arrived. I want my money back!")
    taken = take_in_mail(workspace=workspace, raw=raw, now=now)
    assert standing(workspace, [anna])[anna].paused(now)
    assert close(workspace=workspace, conversation=taken.conversation, outcome="refunded", now=now)
    assert not close(workspace=workspace, conversation=taken.conversation, outcome="refunded", now=now)
    assert not standing(workspace, [anna])[anna].paused(now)
    assert told("outcome")[-1] == ("Conversation Closed", "refunded")


def test_a_hard_bounce_suppresses_the_address_once(workspace, anna, delivery, told, now):
    raw = bounced(workspace, delivery)
    assert take_in_mail(workspace=workspace, raw=raw, now=now).done == "bounced"
    assert take_in_mail(workspace=workspace, raw=raw, now=now).done == "taken in before"
    assert suppressed(workspace, "email", ["anna@people.example"]) == {"anna@people.example"}
    assert told("severity", "reason") == [("Message Bounced", "hard", "no_such_address")]


def test_a_soft_bounce_suppresses_nothing(workspace, anna, delivery, told, now):
    take_in_mail(workspace=workspace, raw=bounced(workspace, delivery, "4.2.2"), now=now)
    assert suppressed(workspace, "email", ["anna@people.example"]) == set()
    assert told("severity") == [("Message Bounced", "soft")]


def test_a_spam_report_suppresses_and_withdraws(workspace, anna, delivery, told, now):
    assert take_in_mail(workspace=workspace, raw=report(workspace, delivery), now=now).done == "spam_reported"
    assert suppressed(workspace, "email", ["anna@people.example"]) == {"anna@people.example"}
    assert not standing(workspace, [anna])[anna].may("email", "newsletter")
    assert told()[-1] == "Spam Reported"


def test_a_delivered_notice_confirms(workspace, anna, delivery, told, now):
    assert take_in_mail(workspace=workspace, raw=bounced(workspace, delivery, "2.0.0", "delivered"), now=now).done == "confirmed"
    assert told() == ["Message Confirmed"]


@pytest.mark.parametrize(("kind", "done"), [("bounce", "bounced"), ("report", "spam_reported")])
def test_what_a_parent_does_with_their_letter_is_their_own(workspace, anna, delivery, told, now, kind, done):
    Delivery.within(workspace).update(body={"to": "mum@people.example", "plain": "parent"}, address="mum@people.example")
    raw = (bounced if kind == "bounce" else report)(workspace, delivery)
    assert take_in_mail(workspace=workspace, raw=raw, now=now).done == done
    assert take_in_mail(workspace=workspace, raw=raw, now=now).done == "taken in before"
    both = ["mum@people.example", "anna@people.example"]
    assert suppressed(workspace, "email", both) == {"mum@people.example"}
    assert (told(), standing(workspace, [anna])[anna].may("email", "newsletter")) == ([], True)


@pytest.mark.parametrize("kind", ["bounce", "report"])
def test_a_forged_report_changes_nothing(workspace, anna, delivery, told, now, kind):
    raw = (bounced if kind == "bounce" else report)(workspace, delivery)
    token = mail_token(workspace.pk, delivery.pk)
    forged = raw.replace(token.encode(), (token[:-5] + "aaaaa").encode())
    assert take_in_mail(workspace=workspace, raw=forged, now=now).done == "no delivery of ours"
    assert suppressed(workspace, "email", ["anna@people.example"]) == set()
    assert told() == []


def test_another_workspaces_delivery_is_not_ours(workspace, anna, delivery, told, now):

    other = create_workspace(name="other", clock_at=now)
    assert take_in_mail(workspace=other, raw=bounced(workspace, delivery), now=now).done == "no delivery of ours"
    assert workspace_for(bounced(workspace, delivery)) == workspace


def test_an_automatic_answer_is_no_reply(workspace, anna, delivery, told, now):
    raw = reply(workspace, delivery, "I am out of the office.").replace(b"Re: Hello", b"Automatic reply: Hello")
    take_in_mail(workspace=workspace, raw=raw, now=now)
    assert (told(), Conversation.within(workspace).count()) == ([], 0)


def test_a_stranger_who_writes_becomes_a_person(workspace, now):
    raw = reply(workspace, None, "Do you ship to Malta?", sender="Bob <bob@new.example>")
    first = take_in_mail(workspace=workspace, raw=raw, now=now)
    second = take_in_mail(workspace=workspace, raw=raw.replace(b"<1@", b"<2@"), now=now)
    assert first.conversation == second.conversation
    assert Profile.within(workspace).count() == 1
