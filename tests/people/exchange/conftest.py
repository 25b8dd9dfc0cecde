"""A workspace with purposes, and lists written as text that it takes in."""

import pytest

from duologue.people.consent.actions import save_purpose
from duologue.people.exchange.actions import take_list
from duologue.people.imports.listing import RefusedLines
from tests.people.exchange.lists import NOW


@pytest.fixture
def shop(workspace):
    for purpose in ("newsletter", "promotions"):
        save_purpose(workspace=workspace, name=purpose, title=purpose.title())
    save_purpose(workspace=workspace, name="orders", title="Orders", basis="contract")
    return workspace


@pytest.fixture
def listed(tmp_path, shop):
    """Take in a list written as text."""

    def take(tool, text, name="list.csv", **options):
        path = tmp_path / name
        path.write_text(text)
        said = {"workspace": shop, "tool": tool, "purpose": "newsletter", "now": NOW, "refused": RefusedLines(tmp_path / "refused.csv")}
        return take_list(path=path, **(said | options))

    return take
