"""How a call is signed, read and tried again; which addresses are public."""

from datetime import UTC, datetime, timedelta

import pytest

from duologue.engage.webhooks.rules import TRIES, Came, next_try, read_answer, signature
from duologue.platform.outbound.calling import NotAllowed, is_public, post

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_the_example_of_standard_webhooks_is_signed_as_it_says():
    at = datetime.fromtimestamp(1614265330, UTC)
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "body", "came"),
    [
        (200, b'{"left": 2}', Came(answer={"left": 2})),
        (204, b"", Came(answer={})),
        (200, b"fine", Came(answer={})),
        (200, b"[1, 2]", Came(answer={"value": [1, 2]})),
        (200, b'{"left": "\xff"}', Came(answer={})),
        (200, b"[" * 20_000 + b"]" * 20_000, Came(answer={})),
        (200, b"[" * 40 + b"]" * 40, Came(answer={})),
        (200, b'{"left": "\\u0000"}', Came(reason="its answer holds a null character")),
        (404, b"", Came(reason="status 404")),
        (301, b"", Came(reason="status 301")),
        (500, b"", Came(reason="status 500", try_again=True)),
        (429, b"", Came(reason="status 429", try_again=True)),
    ],
)
def test_what_an_answer_means(status, body, came):
    assert read_answer(status, body) == came


def test_it_is_tried_again_for_a_while():
    assert next_try(1, NOON) == NOON + timedelta(seconds=5)
    assert next_try(len(TRIES) + 1, NOON) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.20.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::1",
        "ff02::1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "::7f00:1",
        "::808:808",
        "fec0::1",
        "2002:e000:0001::1",
        "::ffff:127.0.0.1",
    ],
)
def test_private_addresses_are_known(address):
    assert not is_public(address)


def test_public_addresses_are_known():
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert is_public("64:ff9b::808:808")
    assert is_public("2002:0808:0808::1")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "https://localhost/x", "http://93.184.216.34/x", "ftp://shop.example/x", "https:///x"]
)
def test_what_is_not_to_be_called_is_not_called(url):
    with pytest.raises(NotAllowed):
        post(url, b"", {}, seconds=1, private=False)
