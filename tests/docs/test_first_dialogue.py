"""The tutorial works by copy and paste."""

from __future__ import annotations

from tests.docs.pages import DOCS


def test_the_tutorial_can_be_followed(walker):
    assert walker.walk(DOCS / "first-dialogue.md") > 20
