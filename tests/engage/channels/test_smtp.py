"""The sender against real servers on the loopback, some of which misbehave."""

import email
import email.policy
import os
import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from duologue.engage.channels import journal
from duologue.engage.channels.email.channel import _share
from duologue.engage.channels.email.mime import build
from duologue.engage.channels.email.smtp import Way
from duologue.engage.channels.email.wire import Share, Wire
from duologue.engage.channels.protocol import Letter
from tests.engage.channels.conftest import free_port

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def letter(number, recipient="ok@example.com", **more):
    plain = {
        "sender_name": "Shop",
        "sender_address": "hello@shop.example",
        "subject": "Hi",
        "html": "<p>Hi</p>",
        "text": "Hi\n.\nthere",
        "at": AT,
    }
    return Letter(delivery=number, attempt=1, recipient=recipient, **{**plain, **more})


def mails(*recipients):
    return [build(letter(number, recipient), workspace_id=1) for number, recipient in enumerate(recipients, 1)]


def share(port, those, **more):
    way = {key: more.pop(key) for key in ("username", "password", "security", "verify", "reply_within") if key in more}
    return Share("main", Way("127.0.0.1", port, **{"security": "none", "reply_within": 5.0, **way}), those, **{"connections": 3, **more})


@pytest.fixture
def wire():
    made = Wire()
    yield made
    made.close()


def kinds(handed):
    return {outcome.delivery: (outcome.kind, outcome.code) for outcome in handed.outcomes}


def test_each_letter_gets_the_outcome_the_server_gave_it(server, wire):
    names = ["ok", "later", "never", "full", "drop", "closing", "ok-2"]
    [handed] = wire.hand_over([share(server.port, mails(*(f"{name}@example.com" for name in names)))])
    assert kinds(handed) == {
        1: ("accepted", "2.0.0"),
        2: ("deferred", "4.7.1"),
        3: ("failed", "5.1.1"),
        4: ("failed", "5.2.2"),
        5: ("uncertain", "no_reply"),
        6: ("deferred", "connection_lost"),
        7: ("accepted", "2.0.0"),
    }
    assert sorted(to for _, to, _ in server.got) == ["ok-2@example.com", "ok@example.com"]
    assert handed.left == []
    assert all(came_from.startswith("b+") for came_from, _, _ in server.got)


def test_connections_are_kept_between_batches_and_replaced_when_dead(server, wire):
    for number in range(3):
        [handed] = wire.hand_over([share(server.port, mails(f"ok-{number}@example.com"))])
        assert kinds(handed) == {1: ("accepted", "2.0.0")}
        [idle] = wire._idle.values()
        assert len(idle) == 1
        if number == 1:
            wire._loop.call_soon_threadsafe(idle[0]._transport.abort)
    assert len(server.got) == 3


def test_dots_at_line_starts_arrive_as_they_were(server, wire):
    mail = build(letter(1, html=".<p>x</p>\n.", text=".first\n..second\n.\n"), workspace_id=1)
    wire.hand_over([share(server.port, [mail])])
    assert server.got[0][2] == mail.content
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    said = [message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]
    assert said == [".first\n..second\n.", ".<p>x</p>\n."]


def test_a_relay_that_cannot_be_reached_gives_everything_back(wire):
    [handed] = wire.hand_over([share(free_port(), mails("a@example.com", "b@example.com"))])
    assert (handed.outcomes, len(handed.left)) == ([], 2)
    assert "cannot be reached" in handed.trouble


def test_a_relay_that_allows_one_connection_is_not_in_trouble(line_server, wire):
    taken = []

    def talk(peer):
        file = peer.makefile("rb")
        taken.append(peer)
        if len(taken) > 1:
            peer.sendall(b"421 4.7.0 one connection only\r\n")
            peer.close()
            return
        serve(peer, file)

    [handed] = wire.hand_over([share(line_server(talk), mails(*(f"p{n}@example.com" for n in range(5))))])
    assert set(kinds(handed).values()) == {("accepted", "2.0.0")}
    assert len(handed.outcomes) == 5


def serve(peer, file, *, before_reply=None):
    """A small server that pipelines."""
    peer.sendall(b"220 hi\r\n")
    while line := file.readline():
        word = line[:4].upper()
        if word == b"EHLO":
            peer.sendall(b"250-hi\r\n250-8BITMIME\r\n250 PIPELINING\r\n")
        elif word == b"DATA":
            peer.sendall(b"354 go\r\n")
            while file.readline() != b".\r\n":
                pass
            if before_reply:
                before_reply()
            peer.sendall(b"250 2.0.0 ok\r\n")
        else:
            peer.sendall(b"250 ok\r\n")


def test_pipelined_commands_leave_in_one_write_and_a_refused_recipient_gets_no_text(line_server, wire):
    seen = []

    def talk(peer):
        peer.sendall(b"220 hi\r\n")
        peer.recv(1000)
        peer.sendall(b"250-hi\r\n250 PIPELINING\r\n")
        seen.append(peer.recv(4000))
        peer.sendall(b"250 ok\r\n550 5.1.1 unknown\r\n354 go on all the same\r\n")
        seen.append(peer.recv(4000))
        peer.sendall(b"554 no recipients\r\n")
        seen.append(peer.recv(4000))
        peer.sendall(b"250 reset\r\n")
        peer.recv(100)

    [handed] = wire.hand_over([share(line_server(talk), mails("x@example.com"))])
    assert kinds(handed) == {1: ("failed", "5.1.1")}
    assert [part.split(b":")[0].split(b"\r\n")[0] for part in seen[0].split(b"\r\n")[:3]] == [b"MAIL FROM", b"RCPT TO", b"DATA"]
    assert seen[1:] == [b".\r\n", b"RSET\r\n"]


def test_a_refused_sender_is_never_taken_for_a_recipient_whom_nobody_knows(line_server, wire):
    def talk(peer):
        file = peer.makefile("rb")
        peer.sendall(b"220 hi\r\n")
        while line := file.readline():
            peer.sendall(b"550 5.1.1 Sender unknown\r\n" if line.startswith(b"MAIL") else b"250 hi\r\n")

    [handed] = wire.hand_over([share(line_server(talk), mails("x@example.com"))])
    assert kinds(handed) == {1: ("failed", "550")}


def test_silence_after_the_final_dot_is_in_doubt_and_the_journal_knows(line_server, wire):
    def talk(peer):
        serve(peer, peer.makefile("rb"), before_reply=lambda: time.sleep(3))

    [handed] = wire.hand_over([share(line_server(talk), mails("x@example.com"), reply_within=0.5)])
    assert kinds(handed) == {1: ("uncertain", "no_reply")}
    assert journal.look_up([(1, 1, journal.sender_name()), (99, 1, journal.sender_name())])[1].kind == "uncertain"
    assert journal.look_up([(99, 1, journal.sender_name())])[99].kind == "deferred"


def test_no_starttls_means_no_mail(server, wire):
    [handed] = wire.hand_over([share(server.port, mails("ok@example.com"), security="starttls")])
    assert "offers no STARTTLS" in handed.trouble
    assert server.got == []


def test_the_pace_of_a_receiving_domain_holds(server, wire):
    those = mails(*(f"ok-{n}@slow.example" for n in range(4)), "ok-5@quick.example")
    [handed] = wire.hand_over([share(server.port, those, domains=(("slow.example", 0.1),), leave_within=0.5)])
    found = kinds(handed)
    assert [found[number] for number in (2, 3, 4)] == [("deferred", "not_left")] * 3
    assert (found[1], found[5]) == (("accepted", "2.0.0"), ("accepted", "2.0.0"))


@pytest.mark.posture
@pytest.mark.skipif(not shutil.which("smtp-sink", path="/usr/sbin:/usr/bin"), reason="postfix is not installed")
def test_postfix_sink_takes_all(wire, tmp_path):
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen(["/usr/sbin/smtp-sink", *user, f"127.0.0.1:{port}", "100"], stderr=subprocess.PIPE)
    try:
        for _ in range(50):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        [handed] = wire.hand_over([share(port, mails(*(f"p{n}@example.com" for n in range(300))), connections=10)])
        assert len([one for one in handed.outcomes if one.kind == "accepted"]) == 300
    finally:
        sink.terminate()
        sink.wait()


def test_what_a_relay_takes_is_divided_among_the_senders(settings):
    settings.SENDERS = 2
    given = {"host": "relay.example", "connections": 5, "per_second": 100, "domains": {"slow.example": 10}}
    made = _share(None, SimpleNamespace(name="main", settings=given), [])
    assert (made.connections, made.per_second, made.domains) == (2, 50, (("slow.example", 5),))


def test_every_reply_is_in_the_journal_once_the_letters_are_handed_over(server, wire):
    wire.hand_over([share(server.port, mails(*(f"ok-{n}@example.com" for n in range(7)), "full@example.com"))])
    found = journal.look_up([(number, 1, journal.sender_name()) for number in range(1, 9)])
    assert [found[number].kind for number in range(1, 9)] == ["accepted"] * 7 + ["failed"]


PLAIN = [
    ("550 No such user here", "5.1.1"),
    ("550 Requested action not taken: mailbox unavailable", "5.1.1"),
    ("550 <bob@gone.example>", "5.1.1"),
    ("550-bob@gone.example\r\n550 Unknown recipient", "5.1.1"),
    ("550 The account has been closed", "5.1.1"),
    ("550 Blocked by policy", "550"),
    ("550 Administrative prohibition", "550"),
    ("550 Sender address invalid", "550"),
    ("550 Sender verify failed", "550"),
    ("550 relay not permitted", "550"),
    ("550 Messages from 192.0.2.1 were not sent: part of your network is on our block list", "550"),
    ("550 Mailbox full", "550"),
    ("550 5.7.1 No such user here, or so we say", "5.7.1"),
    ("554 No such user here", "554"),
    ("551 User not local", "551"),
]


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_plain_550_to_the_recipient_says_that_nobody_has_the_address_unless_its_words_say_otherwise(line_server, wire, pipelining):
    answers = dict(enumerate(PLAIN))

    def talk(peer):
        peer.sendall(b"220 hi\r\n")
        for line in peer.makefile("rb"):
            what = line[:4].upper()
            if what == b"EHLO":
                peer.sendall(b"250-hi\r\n250 PIPELINING\r\n" if pipelining else b"250 hi\r\n")
            elif what == b"RCPT":
                peer.sendall(f"{answers[int(line.split(b'<')[1].split(b'@')[0])][0]}\r\n".encode())
            elif what == b"DATA":
                peer.sendall(b"503 no recipient\r\n")
            else:
                peer.sendall(b"250 ok\r\n")

    letters = mails(*(f"{number}@gone.example" for number in answers))
    [handed] = wire.hand_over([share(line_server(talk), letters, connections=1)])
    found = {one.delivery - 1: one for one in handed.outcomes}
    assert {PLAIN[number][0]: (one.kind, one.code) for number, one in found.items()} == {said: ("failed", code) for said, code in PLAIN}
    assert found[0].text == "5.1.1 550 No such user here"


@pytest.mark.parametrize("stage", [b"MAIL", b"."])
def test_a_plain_550_to_the_sender_or_the_text_blames_no_address(line_server, wire, stage):
    def talk(peer):
        peer.sendall(b"220 hi\r\n")
        in_text = False
        for line in peer.makefile("rb"):
            if in_text and line != b".\r\n":
                continue
            said = (
                b"550 No such user here\r\n" if line.startswith(stage) else b"354 go on\r\n" if line.startswith(b"DATA") else b"250 ok\r\n"
            )
            in_text = said.startswith(b"354")
            peer.sendall(said)

    [handed] = wire.hand_over([share(line_server(talk), mails("bob@gone.example"), connections=1)])
    assert kinds(handed) == {1: ("failed", "550")}
