"""What big e-mail services tell: proved, read by anymail, matched by our own id, written down once."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from duologue.api.callbacks.carriers import door
from duologue.api.callbacks.carriers.door import application
from duologue.engage.carriers.actions import add_carrier, forget_carrier
from duologue.engage.carriers.queries import carriers, listed
from duologue.engage.carriers.rules import KINDS, is_hard
from duologue.engage.channels.email.addresses import mail_token
from duologue.engage.channels.email.mime import build
from duologue.engage.channels.email.services import carrier_of_host
from duologue.engage.conversations.models import Entry
from duologue.engage.models import Delivery
from duologue.kit.pipeline import Refused
from duologue.people.consent.queries import standing
from duologue.people.models import Event, Suppression
from tests.engage.channels.test_mime import letter
from tests.engage.runs.conftest import shop  # noqa: F401

RECORDED = Path(__file__).parent / "recorded"
KEY = "a-signing-key-of-the-service"
SVIX = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EVENT_OF = {
    "confirmed": "Message Confirmed",
    "bounced": "Message Bounced",
    "reported": "Spam Reported",
    "opened": "Message Opened",
    "clicked": "Link Clicked",
}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(shop, monkeypatch):  # noqa: F811
    """A letter that was accepted."""
    monkeypatch.setattr(door, "_known", {})
    monkeypatch.setattr(door, "_heard", {})
    shop.add_people(1)
    shop.dialogue(
        "dialogue: hi\npurpose: promotions\nstarts: {by_hand: true}\nturns: {hi: {say: hello, listen: [{silence: 9d, then: end}]}}\n"
    )
    from duologue.engage.runs.actions import start_by_hand

    start_by_hand(workspace=shop.workspace, name="hi", persons=shop.people, now=shop.now)
    shop.turn()
    delivery = Delivery.within(shop.workspace).get()
    assert delivery.state == "accepted"
    shop.token = mail_token(shop.workspace.pk, delivery.pk)
    return shop


def post(path, body, headers, method="POST"):
    said = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        said.append(message)

    listed = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": listed, "query_string": b"", "server": ("testserver", 80)}
    asyncio.run(application(scope, receive, send))
    return said[0]["status"], json.loads(said[1]["body"])


def call(sent, kind, recorded, *, proof=None, where=""):
    """Make a recorded call as its service would; `proof` stands in for the password or key."""
    name = name_of(kind)
    text = (RECORDED / f"{recorded}.json").read_text().replace("TOKEN", sent.token)
    body, headers = text.encode(), {"content-type": "application/json"}
    path = f"/carriers/{sent.workspace.name}/{name}{where}"
    one = carriers(sent.workspace)[name]
    if kind == "mailgun":
        said = json.loads(text)
        signed = said["signature"]
        signed["signature"] = hmac.new(
            (proof or KEY).encode(), f"{signed['timestamp']}{signed['token']}".encode(), hashlib.sha256
        ).hexdigest()
        body = json.dumps(said).encode()
    elif kind == "mandrill":
        made = hmac.new((proof or KEY).encode(), f"http://127.0.0.1:8000{path}mandrill_events{text}".encode(), hashlib.sha1)
        headers = {"content-type": "application/x-www-form-urlencoded", "x-mandrill-signature": base64.b64encode(made.digest()).decode()}
        body = urlencode({"mandrill_events": text}).encode()
    else:
        password = f"duologue:{proof or one.password}"
        headers["authorization"] = "Basic " + base64.b64encode(password.encode()).decode()
    if kind == "amazon_ses":
        headers |= {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "22b80b92"}
        outer = {"Type": "Notification", "MessageId": "22b80b92", "TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": text}
        body = json.dumps({**outer, "Timestamp": "2026-01-05T12:00:01.000Z"}).encode()
    return post(path, body, headers)


def name_of(kind):
    return kind.replace("_", "-")


def add(sent, kind, key=""):
    return add_carrier(workspace=sent.workspace, name=name_of(kind), kind=kind, key=key or (KEY if KINDS[kind] == "needed" else ""))


def events(sent):
    return Event.within(sent.workspace).filter(name__in=EVENT_OF.values()).order_by("name")


def suppressed(sent):
    return sorted(Suppression.within(sent.workspace).values_list("reason", flat=True))


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_call_of_a_service_is_written_down_once(sent, kind):
    add(sent, kind)
    told = [path.stem for path in sorted(RECORDED.glob(f"{kind}_*.json")) if not path.stem.endswith("_mail")]
    assert len(told) >= 6
    for recorded in told:
        before = Counter(events(sent).values_list("name", flat=True))
        what = recorded.removeprefix(f"{kind}_").split("_")
        Delivery.within(sent.workspace).update(bounced_at=None)
        status, answer = call(sent, kind, recorded)
        assert (status, answer) == (200, {"taken": 0 if what[0] == "nothing" else 1}), recorded
        new = Counter(events(sent).values_list("name", flat=True)) - before
        assert new == Counter([EVENT_OF[what[0]]] if what[0] in EVENT_OF else []), recorded
        assert call(sent, kind, recorded)[0] == 200
        assert Counter(events(sent).values_list("name", flat=True)) == before + new, f"{recorded} again"
        if what[0] == "bounced":
            assert events(sent).filter(name="Message Bounced").latest("id").properties["severity"] == what[1]
            assert ("hard_bounce" in suppressed(sent)) == (what[1] == "hard" or "bounced_hard" in " ".join(told[: told.index(recorded)]))
    delivery = Delivery.within(sent.workspace).get()
    assert (delivery.confirmed_at, delivery.reported_at) != (None, None)
    assert not standing(sent.workspace, sent.people)[sent.people[0]].may("email", "promotions")


def test_unsubscribing_there_is_withdrawing_here(sent):
    add(sent, "postmark")
    assert standing(sent.workspace, sent.people)[sent.people[0]].said_yes("email", "promotions")
    assert call(sent, "postmark", "postmark_left", proof="not the password")[0] == 401
    assert [one.heard_at for one in listed(sent.workspace)] == [None]
    assert call(sent, "postmark", "postmark_left")[0] == 200
    assert [one.heard_at for one in listed(sent.workspace)] == [sent.now]
    assert not standing(sent.workspace, sent.people)[sent.people[0]].said_yes("email", "promotions")
    assert (Delivery.within(sent.workspace).get().left_at, suppressed(sent)) == (sent.now, [])
    assert Event.within(sent.workspace).get(name="Consent Withdrawn").properties["source"] == "postmark"


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_is_not_proved_is_refused(sent, kind):
    add(sent, kind)
    recorded = f"{kind}_confirmed"
    assert call(sent, kind, recorded, proof="not the key that it is")[0] == 401
    bare = post(f"/carriers/{sent.workspace.name}/{name_of(kind)}", b"{}", {"content-type": "application/json"})
    assert bare[0] in {400, 401}
    assert events(sent).count() == 0
    forget_carrier(workspace=sent.workspace, name=name_of(kind))
    door._known.clear()
    assert post(f"/carriers/{sent.workspace.name}/{name_of(kind)}", b"{}", {})[0] == 404


def test_sendgrid_may_sign_and_so_may_resend(sent, monkeypatch):
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(Refused, match="no verification key"):
        add(sent, "sendgrid", "not one")
    add(sent, "sendgrid", "".join(public.splitlines()[1:-1]))
    add(sent, "resend", SVIX)
    body = (RECORDED / "sendgrid_confirmed.json").read_text().replace("TOKEN", sent.token).encode()
    signed = base64.b64encode(private.sign(b"1767614400" + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {"content-type": "application/json", "x-twilio-email-event-webhook-timestamp": "1767614400"}
    where = f"/carriers/{sent.workspace.name}/sendgrid"
    assert post(where, body, headers)[0] == 401
    assert post(where, body + b" ", {**headers, "x-twilio-email-event-webhook-signature": signed})[0] == 401
    assert post(where, body, {**headers, "x-twilio-email-event-webhook-signature": signed}) == (200, {"taken": 1})
    monkeypatch.setattr("duologue.api.callbacks.carriers.door.time.time", lambda: 1767614500.0)
    body = (RECORDED / "resend_opened.json").read_text().replace("TOKEN", sent.token).encode()
    made = base64.b64encode(hmac.digest(base64.b64decode(SVIX[6:]), b"msg_1.1767614400." + body, "sha256")).decode()
    headers = {"content-type": "application/json", "svix-id": "msg_1", "svix-timestamp": "1767614400"}
    where = f"/carriers/{sent.workspace.name}/resend"
    assert post(where, body, {**headers, "svix-signature": "v1,AAAA"})[0] == 401
    assert post(where, body, {**headers, "svix-timestamp": "1767613000", "svix-signature": f"v1,{made}"})[0] == 401
    assert post(where, body, {**headers, "svix-signature": f"v1,AAAA v1,{made}"}) == (200, {"taken": 1})


def test_what_people_write_comes_in_as_a_reply(sent):
    add(sent, "postmark")
    add(sent, "brevo")
    for _ in range(2):
        assert call(sent, "postmark", "postmark_mail", where="/in") == (200, {"taken": 1})
    assert Entry.within(sent.workspace).get(direction="in").text == "Yes please, I would love that!"
    assert call(sent, "brevo", "brevo_opened", where="/in")[0] == 404


def test_of_other_workspaces_and_strange_letters_nothing_is_taken(sent):
    add(sent, "postmark")
    for token in ("0" * 40, mail_token(sent.workspace.pk + 1, Delivery.within(sent.workspace).get().pk)):
        sent.token = token
        assert call(sent, "postmark", "postmark_bounced_hard") == (200, {"taken": 0})
    sent.token = mail_token(sent.workspace.pk, 999_999)
    assert call(sent, "postmark", "postmark_bounced_hard") == (200, {"taken": 1})
    assert (events(sent).count(), suppressed(sent)) == (0, [])


def test_a_click_that_leads_over_our_own_door_is_told_there(sent):
    from duologue.platform.secrets.signing import sign

    add(sent, "postmark")
    url = "https://shop.example/l/" + sign("click", sent.workspace.pk, 1, 1)
    body = json.dumps({**json.loads((RECORDED / "postmark_clicked.json").read_text().replace("TOKEN", sent.token)), "OriginalLink": url})
    password = base64.b64encode(f"duologue:{carriers(sent.workspace)['postmark'].password}".encode()).decode()
    assert post(f"/carriers/{sent.workspace.name}/postmark", body.encode(), {"authorization": f"Basic {password}"})[0] == 200
    assert events(sent).count() == 0


def test_amazon_is_asked_only_at_its_own_address(sent):
    add(sent, "amazon_ses")
    password = base64.b64encode(f"duologue:{carriers(sent.workspace)['amazon-ses'].password}".encode()).decode()
    headers = {"authorization": f"Basic {password}", "x-amz-sns-message-type": "SubscriptionConfirmation", "x-amz-sns-message-id": "1"}
    said = {"Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:1:t", "Token": "x"}
    body = json.dumps({**said, "SubscribeURL": "https://sns.evil.example/?x=.amazonaws.com"}).encode()
    assert post(f"/carriers/{sent.workspace.name}/amazon-ses", body, headers)[0] == 400


def test_our_id_travels_in_a_header_of_the_service():
    token = mail_token(3, letter().delivery)
    for kind in KINDS:
        head = build(letter(), workspace_id=3, carrier=kind).content.partition(b"\r\n\r\n")[0].decode()
        assert f"d.{token}" in head.partition("Message-ID")[2].partition("\r\n")[2], kind
    assert "uologue" not in build(letter(), workspace_id=3).content.partition(b"\r\n\r\n")[0].decode()
    hosts = ("smtp.eu.mailgun.org", "email-smtp.us-east-1.amazonaws.com", "smtp.shop.example")
    assert [carrier_of_host(host) for host in hosts] == ["mailgun", "amazon_ses", ""]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["event", "event-data", "msys", "message_event", "type", "Type", "data", "bounce", "mail", "RecordType", "timestamp"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=9,
    )
)
def test_whatever_is_said_of_a_failure_is_understood_or_soft(said):
    for kind in KINDS:
        assert is_hard(kind, said, "bounced") in {True, False}


AS_SEEN = {
    "amazon_ses": (
        "Message Bounced",
        {
            "notificationType": "Bounce",
            "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": "p1@example.com"}]},
        },
    ),
    "brevo": (
        "Spam Reported",
        {"event": "complaint", "email": "p1@example.com", "id": "x", "ts": 1767614400, "ts_event": 1767614400, "message-id": "1@relay"},
    ),
    "mailjet": ("Message Confirmed", {"event": "sent", "time": 1767614400, "MessageID": 19421777835146490, "email": "p1@example.com"}),
    "resend": ("Message Bounced", {"type": "email.bounced", "created_at": "2026-01-05T12:00:00.000Z", "data": {"to": ["p1@example.com"]}}),
    "sparkpost": (
        "Message Bounced",
        {"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "raw_rcpt_to": "p1@example.com", "rcpt_to": "p1@example.com"}}},
    ),
}


def test_shapes_that_services_send_beside_those_of_their_pages(sent):
    """Alone instead of in a list, by an older name, without a time, without what kind of failure it was."""
    for kind, (event, shape) in AS_SEEN.items():
        add(sent, kind)
        said = json.loads(json.dumps(shape))
        metadata = json.dumps({"duologue": f"d.{sent.token}"})
        password = base64.b64encode(f"duologue:{carriers(sent.workspace)[name_of(kind)].password}".encode()).decode()
        headers = {"authorization": f"Basic {password}", "content-type": "application/json"}
        if kind == "amazon_ses":
            mail = {"messageId": "1", "destination": ["p1@example.com"], "headers": [{"name": "X-Metadata", "value": metadata}]}
            headers |= {"content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "1"}
            outer = {"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:1:t"}
            said = {**outer, "Message": json.dumps({**said, "mail": mail}) + "\n", "Timestamp": "2026-01-05T12:00:01.000Z"}
        elif kind == "sparkpost":
            said["msys"]["message_event"]["rcpt_meta"] = {"duologue": f"d.{sent.token}"}
            said = [said]
        elif kind == "resend":
            said["data"] |= {
                "headers": [{"name": "X-Metadata", "value": metadata}],
                "bounce": {"message": "It sent a hard bounce message."},
            }
        else:
            said = {**said, {"brevo": "X-Mailin-custom", "mailjet": "Payload"}[kind]: metadata}
        Delivery.within(sent.workspace).update(bounced_at=None)
        before = Counter(events(sent).values_list("name", flat=True))
        path = f"/carriers/{sent.workspace.name}/{name_of(kind)}"
        assert post(path, json.dumps(said).encode(), headers) == (200, {"taken": 1}), kind
        assert Counter(events(sent).values_list("name", flat=True)) - before == Counter([event]), kind
