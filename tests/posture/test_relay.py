"""The product sends through a real Postfix that wants TLS and a password; what arrives behind it is held against what was meant."""

import re
from collections import Counter
from datetime import timedelta

import dkim as dkimpy
import pytest

from duologue.cli.commands import doctor
from duologue.engage.channels.email.actions import make_dkim_key
from duologue.engage.channels.email.addresses import read_address
from duologue.engage.channels.models import Relay
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Delivery
from duologue.people.identifiers.models import Identifier
from duologue.platform.secrets import signing
from duologue.platform.secrets.actions import put_secret
from duologue.web.home.reads import attention
from tests.posture.authority import Authority
from tests.posture.postfix import Postfix, needed, wait_for

pytestmark = needed


def header(message, name):
    head = re.sub(rb"\r\n[ \t]+", b" ", message.partition(b"\r\n\r\n")[0])
    return next(line.partition(b": ")[2].decode() for line in head.split(b"\r\n") if line.lower().startswith(name.lower().encode() + b":"))


def planned(shop, person, delivery, now, numbers):
    return actions.plan(workspace=shop, deliveries=[delivery(person(number)) for number in numbers], now=now)


def arrived(far, deliveries):
    """Return {delivery: (sender, recipient, message)} once all of them have come through; nothing of them twice."""
    wanted = set(deliveries)

    def ours():
        found = [(read_address(sender).delivery.delivery_id, (sender, *rest)) for sender, *rest in far.sink.messages()]
        return [one for one in found if one[0] in wanted]

    wait_for(lambda: len(ours()) >= len(wanted), f"the arrival of {len(wanted)} messages")
    found = ours()
    assert Counter(number for number, _ in found) == Counter(wanted)
    return dict(found)


@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
def test_two_hundred_letters_by_starttls_and_login(far, through, shop, person, delivery, now, algorithm):
    name, record = make_dkim_key(workspace=shop, domain="shop.example", algorithm=algorithm)
    through(far.settings())
    tries = len(far.ground.logins.tries)
    numbers = planned(shop, person, delivery, now, range(200))
    assert tasks.send_due(shop, now) == 200
    assert set(Delivery.within(shop).values_list("state", "relay")) == {("accepted", "main")}
    got = arrived(far, numbers)
    assert set(far.ground.logins.tries[tries:]) == {("PLAIN", True)}
    for row in Delivery.within(shop):
        sender, recipient, message = got[row.pk]
        assert recipient == row.address
        assert sender.endswith("@mail.shop.example")
        bounce = read_address(sender)
        assert (bounce.use, bounce.delivery) == ("bounce", (shop.pk, row.pk))
        assert read_address(header(message, "Reply-To")).use == "reply"
        assert header(message, "From").endswith("<hello@shop.example>")
        link = header(message, "List-Unsubscribe")
        assert signing.read("page", re.fullmatch(r"<https?://[^/>]+/u/([^/>]+)/?>", link)[1]) == (shop.pk, row.pk)
        assert header(message, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
        assert f"a={algorithm}-sha256" in header(message, "DKIM-Signature")
        asked = []
        assert dkimpy.verify(
            message, dnsfunc=lambda name, timeout=5, asked=asked: asked.append(name.decode().rstrip(".")) or record.encode()
        )
        assert asked == [name]
    changed = next(iter(got.values()))[2].replace(b"Hello", b"Hullo")
    assert not dkimpy.verify(changed, dnsfunc=lambda name, timeout=5: record.encode())


def test_implicit_tls(far, through, shop, person, delivery, now):
    through(far.settings(security="tls", port=far.relay.tls_port))
    numbers = planned(shop, person, delivery, now, [1, 2, 3])
    tasks.send_due(shop, now)
    assert len(arrived(far, numbers)) == 3


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(("change", "sentence"), [
    ("another authority", r"The certificate of 127.0.0.1 is not trusted: (unable to get local issuer|certificate signature failure)"),
    ("another name", r"The certificate of localhost is not trusted: Hostname mismatch"),
])  # fmt: skip
def test_a_wrong_certificate_is_refused_with_a_sentence(far, through, shop, person, delivery, now, security, change, sentence):
    wrong = {"ca": Authority().pem} if change == "another authority" else {"host": "localhost"}
    through(far.settings(security=security, port=far.relay.port if security == "starttls" else far.relay.tls_port, **wrong))
    before = len(far.sink.messages())
    planned(shop, person, delivery, now, [1])
    for _ in range(2):  # the second time it is put to rest with the relay
        tasks.send_due(shop, now)
    assert re.match(sentence, Relay.within(shop).get().trouble), Relay.within(shop).get().trouble
    row = Delivery.within(shop).get()
    assert (row.state, row.reason) == ("queued", "relay_resting")
    assert len(far.sink.messages()) == before


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_wrong_password_lets_the_relay_rest_with_a_sentence(ground, far, through, shop, person, delivery, now, mechanism):
    only = far.relay  # of all that it takes we prefer PLAIN
    if mechanism != "PLAIN":
        only = Postfix(certificate=ground.certificate, logins=ground.logins.port, sink=far.sink.port, mechanisms=mechanism)
    try:
        settings = far.settings(port=only.port)
        through(settings, password="battery staple")
        tries = len(ground.logins.tries)
        planned(shop, person, delivery, now, [1, 2])
        for _ in range(2):  # the second time they are put to rest with the relay
            tasks.send_due(shop, now)
        assert set(ground.logins.tries[tries:]) == {(mechanism, False)}
        relay = Relay.within(shop).get()
        assert relay.resting_until == now + timedelta(minutes=1)
        assert relay.trouble.startswith("127.0.0.1 refused the login: 535 5.7.8")
        assert set(Delivery.within(shop).values_list("state", "due_at")) == {("queued", now + timedelta(minutes=1))}
        [found] = [finding for finding in doctor._relays() if "trouble" in finding.sentence]
        assert found.sentence == f"The relay main of shop is in trouble: {relay.trouble}"
        [matter] = [one for one in attention(shop, now) if one.picture == "server"]
        assert (matter.says, matter.beside) == ("The relay “main” is in trouble.", relay.trouble)

        put_secret(shop, "relay", "correct horse")
        assert tasks.send_due(shop, now + timedelta(minutes=1)) == 2
        assert set(ground.logins.tries[tries:]) == {(mechanism, False), (mechanism, True)}
        assert set(Delivery.within(shop).values_list("state", flat=True)) == {"accepted"}
        assert Relay.within(shop).get().trouble == ""
    finally:
        if only is not far.relay:
            only.close()


def test_an_address_beyond_ascii(far, through, shop, person, delivery, now):
    """Postfix takes it (SMTPUTF8), the sink behind it does not; a relay without the word gets no such letter at all."""
    through(far.settings())
    Identifier.within(shop).filter(profile_id=(jose := person(1))).update(value="josé@example.com", shown="josé@example.com")
    actions.plan(workspace=shop, deliveries=[delivery(jose)], now=now)
    tasks.send_due(shop, now)
    assert Delivery.within(shop).get().state == "accepted"
    through({"host": "127.0.0.1", "port": far.sink.port, "security": "none"})
    actions.plan(workspace=shop, deliveries=[delivery(jose, turn="again")], now=now)
    tasks.send_due(shop, now)
    row = Delivery.within(shop).get(turn="again")
    assert (row.state, row.reason, row.detail) == ("failed", "5.6.7", "127.0.0.1 takes no addresses beyond ASCII (SMTPUTF8).")
