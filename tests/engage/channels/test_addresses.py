from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from duologue.engage.channels.email.addresses import bounce_address, mail_token, message_id, read_address, read_token, reply_address

NUMBERS = st.integers(min_value=1, max_value=2**62)


@given(NUMBERS, NUMBERS, st.booleans())
def test_every_address_finds_its_delivery_again_in_any_case(workspace_id, delivery_id, upper):
    token = mail_token(workspace_id, delivery_id)
    for made, use in (
        (bounce_address(token, "mail.example"), "bounce"),
        (reply_address(token, "mail.example"), "reply"),
        (message_id(token, "mail.example"), "message"),
    ):
        found = read_address(made.upper() if upper else made)
        assert found is not None
        assert (found.use, found.delivery) == (use, (workspace_id, delivery_id))
        assert len(made.strip("<>").partition("@")[0]) <= 64  # RFC 5321: the part before the @


@given(st.text(max_size=80))
def test_nothing_else_is_taken_for_ours(text):
    assert read_address(text) is None


def test_a_changed_token_is_worthless():
    token = mail_token(1, 42)
    for at in range(len(token) - 1):  # the last character carries padding bits
        other = "a" if token[at] != "a" else "b"
        assert read_token(token[:at] + other + token[at + 1 :]) is None
