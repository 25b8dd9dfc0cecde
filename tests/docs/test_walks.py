"""Every page with commands works by copy and paste, from an installation without a workspace."""

from __future__ import annotations

import pytest

from tests.docs.pages import DOCS, Command, steps

ELSEWHERE = {"online-retail.md", "brand-and-plans.md"}  # walked in tests/examples, with its data, and in test_reference
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if page.name not in ELSEWHERE and any(isinstance(s, Command) for s in steps(page))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed(page, walker):
    walker.walk(page)
