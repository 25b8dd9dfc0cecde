"""Mail as it comes in, cut, mixed and broken: it is taken in or refused by a reply of SMTP, and taking it in twice changes nothing."""

from __future__ import annotations

import smtplib
import socket

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from duologue.engage.channels.email.addresses import bounce_address, mail_token, reply_address
from duologue.engage.conversations.listener import listening
from duologue.engage.conversations.mail import take_in_mail
from duologue.engage.models import Entry
from duologue.platform.workspaces.queries import now
from tests.drawn import drawn
from tests.engage.channels.incoming.mails_that_came_in import AUTOMATIC, BOUNCES, OTHERS, REPLIES, REPORTS, mail
from tests.engage.conversations.conftest import anna, delivery  # noqa: F401 - fixtures

REAL = [case[1] for case in [*BOUNCES, *REPORTS, *AUTOMATIC, *REPLIES, *OTHERS]]
PIECES = [
    b"", b"\x00", b"\r", b"\n\n", b"\xff\xfe", b"=?utf-8?q?=00?=", b"=?x-unknown?b?////?=", b"=?utf-8?b?AA=?=", b"Content-Type: multipart/mixed; boundary=\n",
    b"Content-Type: text/html; charset=nonsense\n", b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x\n",
    b"From: <@>\n", b"From: a@b, c@d\n", b"From: =?utf-8?q?a=40b?= <\x00@x.example>\n", b"Message-ID: <>\n", b"Date: Mon, 99 Foo 99999\n", b"Status: 9.9.9\n",
    b"Final-Recipient: ;;;\n", b"--=_b--", b"--=_b\n", b"<html>" * 50, b"\xed\xa0\x80", "ж".encode("koi8-r"), b">" * 300, b"\x1b[31m",
]  # fmt: skip


@st.composite
def broken(draw):
    """A real mail with pieces cut out, written over, or taken from another."""
    raw = draw(st.sampled_from(REAL))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        other = draw(st.sampled_from(REAL))
        piece = draw(
            st.one_of(
                st.sampled_from(PIECES),
                st.binary(max_size=12),
                st.integers(0, len(other)).map(lambda start, other=other: other[start : start + 200]),
            )
        )
        raw = raw[:at] + piece + raw[at + draw(st.sampled_from([0, 0, 1, 20, 300])) :]
    return raw


@settings(max_examples=drawn(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(raw=broken(), ours=st.booleans(), bounce=st.booleans())
@example(raw=mail("Yes\x00 please", subject="a", message_id="<\x00@x>"), ours=True, bounce=False)
@example(raw=mail("x" * 200_000, subject="s" * 3000, message_id="<" + "m" * 3000 + "@x.example>"), ours=True, bounce=False)
@example(raw=mail("Yes", sender="a" * 300 + "@people.example"), ours=False, bounce=False)
def test_no_mail_is_too_broken_to_take_in(workspace, delivery, raw, ours, bounce):  # noqa: F811
    make = bounce_address if bounce else reply_address
    to = make(mail_token(workspace.pk, delivery.pk), "mail.shop.example") if ours else "hello@shop.example"
    at = now(workspace)
    first = take_in_mail(workspace=workspace, raw=raw, now=at, envelope=[to])
    entries = Entry.within(workspace).count()
    assert first.done
    take_in_mail(workspace=workspace, raw=raw, now=at, envelope=[to])
    if first.incoming.message_id:
        assert Entry.within(workspace).count() == entries


@pytest.fixture
def door(transactional_db):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listener = listening("127.0.0.1", port)
    listener.start()
    yield port
    listener.stop()


@pytest.mark.django_db(transaction=True)
def test_every_line_of_smtp_gets_a_reply(workspace, door):
    for line in [
        b"",
        b"\x00\xff",
        b"MAIL FROM:<",
        b"RCPT TO:<>",
        b"RCPT TO:<b+forged@x.example>",
        b"VRFY x",
        b"DATA",
        b"HELO",
        b"A" * 600,
        b"EHLO \xe4",
    ]:
        with socket.create_connection(("127.0.0.1", door), timeout=20) as peer, peer.makefile("rb") as said:
            assert said.readline().startswith(b"220 ")
            peer.sendall(line + b"\r\n")
            code = said.readline()[:3]
            assert code.isdigit(), line
            assert code[:1] in b"25", line
            peer.sendall(b"RSET\r\n")


@pytest.mark.django_db(transaction=True)
def test_mail_is_answered_for_only_once_written(workspace, door):
    with smtplib.SMTP("127.0.0.1", door, timeout=30) as client:
        refused = client.sendmail("anna@people.example", ["hello@shop.example", "b+forged@shop.example"], mail("Yes, gladly"))
        assert [reply[0] for reply in refused.values()] == [550]
        assert Entry.within(workspace).count() == 1
        client.sendmail("anna@people.example", ["hello@shop.example"], mail("Yes, gladly"))
        assert Entry.within(workspace).count() == 1
        for raw in REAL[:12]:
            assert client.sendmail("x@y.example", ["hello@shop.example"], raw) == {}
