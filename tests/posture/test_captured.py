"""Delivery notices as a real Postfix 3.7 wrote them, captured once: what each is understood to be."""

from pathlib import Path

import pytest

from duologue.engage.channels.email.incoming import understand

CAPTURED = Path(__file__).parent / "captured"
MEANT = {
    "no_such_user": ("bounce", "hard", "no_such_address", ["ann@unknown.example"]),
    "mailbox_full": ("bounce", "soft", "mailbox_full", ["ann@full.example"]),
    "refused_by_policy": ("bounce", "soft", "blocked", ["ann@blocked.example"]),
    "busy_for_too_long": ("bounce", "soft", "disabled", ["ann@busy.example"]),
    "no_host": ("bounce", "soft", "expired", ["ann@closed.example"]),
    "beyond_ascii": ("bounce", "soft", "unknown", ["josé@example.com"]),
    "delayed": ("delivery_notice", None, "delayed", ["ann@busy.example"]),
    "relayed": ("delivery_notice", None, "delivered", ["ann@plain.example"]),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_postfix_wrote_is_understood(name):
    found = understand((CAPTURED / f"{name}.eml").read_bytes(), envelope=["b+captured@mail.shop.example"])
    assert (found.kind, found.severity, found.reason, found.recipients) == MEANT[name]
    assert found.text == ""


def test_every_captured_notice_is_read():
    assert {path.stem for path in CAPTURED.glob("*.eml")} == set(MEANT)
