"""Messages as they go over the wire, read back by Python's own parser and verified by dkimpy."""

import base64
import email
import email.policy
import quopri
from datetime import UTC, datetime
from types import SimpleNamespace

import dkim as dkimpy
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from dkim.canonicalization import Relaxed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duologue.engage.channels.email import addresses, dkim
from duologue.engage.channels.email.mime import build, encoded
from duologue.engage.channels.email.quoted import SOFT, Ready, piece, quoted, ready
from duologue.engage.channels.protocol import Letter

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def letter(**more):
    plain = {
        "delivery": 7,
        "attempt": 1,
        "sender_name": "Shop",
        "sender_address": "hello@shop.example",
        "recipient": "ann@example.com",
        "subject": "Hi",
        "html": "<p>Hällo   there \t</p>\n" + "long " * 60,
        "text": "Hällo\n\n.\nFrom me  \n\n\n",
        "at": AT,
        "unsubscribe": "https://shop.example/u/token",
        "feedback": "a:b:c:d",
    }
    return Letter(**{**plain, **more})


class Ed25519:
    """What dkimpy asks of PyNaCl, on `cryptography`, so that the check needs no further package."""

    def __init__(self, key, encoder):
        self._key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(key))

    def verify(self, data, signature):
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            raise ValueError from None


@pytest.fixture(autouse=True)
def nacl(monkeypatch):
    errors = SimpleNamespace(BadSignatureError=ValueError, ValueError=ValueError)
    stand_in = SimpleNamespace(signing=SimpleNamespace(VerifyKey=Ed25519), encoding=SimpleNamespace(Base64Encoder=None), exceptions=errors)
    monkeypatch.setattr(dkimpy, "nacl", stand_in, raising=False)


def parsed(mail):
    return email.message_from_bytes(mail.content, policy=email.policy.default)


def test_headers_and_parts():
    mail = build(letter(), workspace_id=3)
    message = parsed(mail)
    assert (str(message["From"]), str(message["To"]), str(message["Subject"])) == ("Shop <hello@shop.example>", "ann@example.com", "Hi")
    assert addresses.read_address(mail.return_path).delivery == (3, 7)
    assert addresses.read_address(message["Reply-To"].addresses[0].addr_spec) == addresses.Addressed("reply", addresses.DeliveryRef(3, 7))
    assert addresses.read_address(str(message["Message-ID"])).use == "message"
    assert message["List-Unsubscribe"] == "<https://shop.example/u/token>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    said = [message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]
    assert said == [letter().text.removesuffix("\n"), letter().html]  # the last line end belongs to the boundary
    assert all(len(line) <= 998 for line in mail.content.split(b"\r\n"))
    assert b"\n" not in mail.content.replace(b"\r\n", b"")


def test_answers_go_where_the_brand_wants_them_and_bounces_stay_ours():
    mail = build(letter(reply_to="rose@shop.example\r\nBcc: x@y.example"), workspace_id=3)
    message = parsed(mail)
    assert message["Reply-To"].addresses[0].addr_spec.startswith("rose@shop.example")
    assert message["Bcc"] is None
    assert addresses.read_address(mail.return_path).use == "bounce"


def test_service_mail_has_no_unsubscribe_header():
    assert parsed(build(letter(unsubscribe=""), workspace_id=3))["List-Unsubscribe"] is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_comes_back_from_quoted_printable(text):
    raw = quoted(text)
    lines = text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    back = quopri.decodestring(raw).replace(b"\r\n", b"\n")
    assert back == lines + (b"" if lines.endswith(b"\n") else b"\n")
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(st.text("a.=\n\r \tä", max_size=300))
def test_no_line_begins_with_a_dot(text):
    for raw in (quoted(text), piece(text)):
        lines = raw.split(b"\r\n")
        assert all(len(line) <= 76 and not line.startswith(b".") for line in lines)
    back = quopri.decodestring(piece(text)).replace(b"\r\n", b"\n")
    assert back == text.encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n")


@given(st.from_regex(r"[ -~]{1,80}", fullmatch=True))
def test_what_stands_as_it_is_in_a_piece_is_what_quoting_would_leave(text):
    whole = quoted(text)
    if whole == text.encode() + b"\r\n" and len(text) <= 72:
        assert piece(text) == text.encode() + SOFT
    assert quopri.decodestring(piece(text)).decode() == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_header_text_can_begin_a_new_header(text):
    line = encoded(text, used=9)
    assert all(part.startswith(" ") for part in line.split("\r\n")[1:])
    assert "\n" not in line.replace("\r\n", "")
    assert all(len(part) <= 998 for part in line.split("\r\n"))


@pytest.mark.parametrize("subject", ["Grüße für dich", "日本語" * 30, "a " * 100, "Plain", "=?fake?= word", "Bcc: x\r\nTo: y"])
def test_subjects_come_back(subject):
    wanted = " ".join(subject.replace("\r\n", " ").split())
    assert " ".join(str(parsed(build(letter(subject=subject), workspace_id=1))["Subject"]).split()) == wanted


@pytest.mark.parametrize("name", ["Shop", "Shop, Ltd.", 'The "Best" \\ Shop', "Käsehaus", "", "A\r\nBcc: evil@example.com"])
def test_sender_names_come_back(name):
    sender = parsed(build(letter(sender_name=name), workspace_id=1))["From"].addresses[0]
    assert (sender.addr_spec, sender.display_name) == ("hello@shop.example", name.replace("\r\n", " "))


@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
@pytest.mark.parametrize(
    "more", [{}, {"subject": "Grüße " * 20}, {"html": "x", "text": ""}, {"in_reply_to": "<a@b>"}, {"subject": "a \t b  c" * 20}]
)
def test_dkimpy_verifies_what_we_sign(algorithm, more):
    pem, record = dkim.make_key(algorithm)
    mail = build(letter(**more), workspace_id=1)
    signed = dkim.signature(mail.head, b"".join(mail.body), dkim.Key("shop.example", "s1", pem), AT) + mail.content

    def dns(name, timeout=5):
        assert name == b"s1._domainkey.shop.example."
        return record.encode()

    assert dkimpy.verify(signed, dnsfunc=dns)
    assert not dkimpy.verify(signed.replace(b"ann@example.com", b"eve@example.com"), dnsfunc=dns)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \t\n.="), max_size=300))
def test_a_body_is_in_relaxed_form(text):
    body = b"".join(build(letter(html=text, text=[*map(piece, text.split("x")), b"\r\n"]), workspace_id=1).body)
    assert Relaxed.canonicalize_body(body) == body


@pytest.mark.parametrize(
    "head", ["https://news.shop.example/l/", "https://shop.example/?a=1&b=", "https://shop.example/'x'/", "https://ä/", "x" * 80]
)
def test_an_address_that_comes_with_its_piece_reads_as_it_is(head):
    [made] = ready([(head, "Token-1_2")])
    assert made == f"{head}Token-1_2"
    if isinstance(made, Ready):
        assert head.startswith("https://news")
        assert made.piece == piece(made)
