from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.engage.channels.email.addresses import bounce_address, mail_token, message_id, reply_address
from duologue.engage.channels.email.incoming import understand
from duologue.engage.channels.email.incoming.mailboxes import mails_in
from duologue.platform.secrets.signing import sign
from tests.drawn import drawn
from tests.engage.channels.incoming.mails_that_came_in import AUTOMATIC, BOUNCES, OTHERS, REPLIES, REPORTS, dsn, mail, plain_bounce


@pytest.mark.parametrize(
    ("raw", "kind", "severity", "reason", "recipients"), [case[1:] for case in BOUNCES], ids=[case[0] for case in BOUNCES]
)
def test_bounces_and_notices(raw, kind, severity, reason, recipients):
    found = understand(raw)
    assert (found.kind, found.severity, found.reason, found.recipients) == (kind, severity, reason, recipients)


@pytest.mark.parametrize(("raw", "kind", "reason", "recipients"), [case[1:] for case in REPORTS], ids=[case[0] for case in REPORTS])
def test_reports(raw, kind, reason, recipients):
    found = understand(raw)
    assert (found.kind, found.reason, found.recipients) == (kind, reason, recipients)


@pytest.mark.parametrize(("raw", "reason"), [case[1:] for case in AUTOMATIC], ids=[case[0] for case in AUTOMATIC])
def test_automatic_answers_are_no_replies(raw, reason):
    found = understand(raw)
    assert (found.kind, found.reason, found.intent) == ("auto_reply", reason, "")


@pytest.mark.parametrize(("raw", "text", "intent"), [case[1:] for case in REPLIES], ids=[case[0] for case in REPLIES])
def test_replies(raw, text, intent):
    found = understand(raw)
    assert (found.kind, found.text, found.intent) == ("reply", text, intent)


@pytest.mark.parametrize(("raw", "reason"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_the_rest(raw, reason):
    found = understand(raw)
    assert (found.kind, found.reason) == ("other", reason)


TOKEN = (7, 4711)


def returned(token):
    return f"From: Shop <hello@shop.example>\nMessage-ID: {message_id(token, 'mail.shop.example')}\nSubject: Hi\n\nHello\n"


@pytest.mark.parametrize(
    "where",
    [
        "envelope",
        "to",
        "upper case",
        "delivered-to",
        "thread",
        "references",
        "inside",
        "return path inside",
        "unsubscribe inside",
        "quoted-printable",
    ],
)
def test_the_delivery_is_found_wherever_its_token_hides(where):
    token = mail_token(*TOKEN)
    bounce, reply, name = (make(token, "mail.shop.example") for make in (bounce_address, reply_address, message_id))
    page = sign("page", *TOKEN)
    raw, envelope = {
        "envelope": (mail("Yes"), [reply]),
        "to": (mail("Yes", to=reply), []),
        "upper case": (mail("Yes", to=reply.upper()), []),
        "delivered-to": (mail("Yes", Delivered_To=reply), []),
        "thread": (mail("Yes", In_Reply_To=name), []),
        "references": (mail("Yes", References=f"<a@b.example> {name}"), []),
        "inside": (dsn("bob@gone.example", "5.1.1", "smtp; 550 no", original=returned(token)), []),
        "return path inside": (plain_bounce(f"<bob@gone.example>: unknown user\n\nReturn-Path: <{bounce}>\nSubject: Hi\n"), []),
        "unsubscribe inside": (plain_bounce(f"<bob@gone.example>: unknown user\n\nList-Unsubscribe: <https://x.example/u/{page}>\n"), []),
        "quoted-printable": (plain_bounce(f"unknown user bob@gone.example\nX-Id: <d.{token}=40mail.shop.example>\n"), []),
    }[where]
    assert understand(raw, envelope=envelope).delivery == TOKEN


def test_a_forged_token_names_no_delivery():
    token = mail_token(*TOKEN)
    forged = token[:-6] + "aaaaaa"
    assert understand(mail("Yes", to=reply_address(forged, "mail.shop.example"))).delivery is None


def test_a_person_writing_to_the_return_path_is_heard():
    found = understand(mail("Yes please", subject="Hello"), envelope=[bounce_address(mail_token(*TOKEN), "mail.shop.example")])
    assert (found.kind, found.intent, found.delivery) == ("reply", "yes", TOKEN)


@settings(max_examples=drawn(300), deadline=None)
@given(st.binary(max_size=600), st.sampled_from([raw for _, raw, *_ in [*BOUNCES, *REPORTS, *AUTOMATIC, *REPLIES]]), st.integers(0, 2000))
def test_no_broken_mail_raises(noise, raw, at):
    for broken in (noise, raw[:at], raw[:at] + noise + raw[at:], b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" + noise):
        assert understand(broken).kind in {"reply", "auto_reply", "bounce", "spam_report", "delivery_notice", "other"}


@pytest.mark.parametrize(
    "piece",
    [
        "On x wrote ",
        "> ",
        "a@",
        "mailbox ",
        "user not ",
        "From: a\n",
        "-- \n",
        "the user was " * 3,
        "\n\n",
        "= ",
        "am ",
        "-",
        "|-- user ",
        "mailbox -- ",
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(piece):
    started = time.process_time()
    understand(mail(piece * (60_000 // len(piece))))
    understand(plain_bounce(piece * (60_000 // len(piece))))
    assert time.process_time() - started < 20  # not a speed claim: backtracking would take hours


def test_mbox_maildir_and_single_mails_are_told_apart(tmp_path):
    first, second = mail("Yes", message_id="<1@x.example>"), mail("From me: no\n\nFrom the start", message_id="<2@x.example>")
    mbox = tmp_path / "box"
    escaped = second.replace(b"\nFrom ", b"\n>From ")
    mbox.write_bytes(b"From a Mon Jan  5 09:00:00 2026\n" + first + b"\nFrom b Mon Jan  5 09:00:00 2026\n" + escaped + b"\n")
    maildir = tmp_path / "maildir"
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    (maildir / "new" / "1").write_bytes(first)
    (maildir / "cur" / "2:2,S").write_bytes(second)
    (maildir / "tmp" / "3").write_bytes(b"half")
    single = tmp_path / "one.eml"
    single.write_bytes(second)
    for path, ids in (
        (mbox, ["<1@x.example>", "<2@x.example>"]),
        (maildir, ["<1@x.example>", "<2@x.example>"]),
        (single, ["<2@x.example>"]),
    ):
        assert [understand(raw).message_id for raw in mails_in(path)] == ids
    assert understand(list(mails_in(mbox))[1]).text == understand(second).text
