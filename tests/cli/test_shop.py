"""`duologue shop`: another secret leaves the rest of a shop as it was."""

import io
import json

import pytest

from duologue.cli import command
from duologue.people.consent.actions import save_purpose
from duologue.people.shops.queries import shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def add(workspace, monkeypatch):
    save_purpose(workspace=workspace, name="promotions", title="Our offers")

    def added(secret, *line):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        status = command.run(["shop", "add", "shopify", *line, "--workspace", workspace.name, "--json"])
        one = shop(workspace, "shopify")
        return status, one.secret, one.purpose, one.currency

    return added


def test_another_secret_leaves_the_purpose_and_the_currency(add, workspace, capsys):
    assert add("the first secret", "--consent", "promotions", "--currency", "usd") == (0, "the first secret", "promotions", "USD")
    assert add("another secret") == (0, "another secret", "promotions", "USD")
    assert add("a third secret", "--consent", "") == (0, "a third secret", "", "USD")
    assert add("a third secret", "--currency", "") == (0, "a third secret", "", "")
    assert add("") == (1, "a third secret", "", "")
    capsys.readouterr()
    assert command.run(["shop", "list", "--workspace", workspace.name, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["consent"], row["currency"]) == ("", workspace.currency)
