"""`duologue secret`: kept, named, used for signing, never shown."""

from __future__ import annotations

import io
import json

import pytest

from duologue.cli.command import ASKED_WRONGLY, COULD_NOT, DONE, run
from duologue.engage.channels.email.channel import dkim_key
from duologue.platform.audit.models import AuditEntry
from duologue.platform.secrets.queries import get_secret

pytestmark = pytest.mark.django_db(transaction=True)


def put(monkeypatch, name: str, value: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(value))
    return run(["secret", "put", name])


def test_what_standard_input_says_is_kept_without_its_line_end(workspace, monkeypatch, capsys):
    assert put(monkeypatch, "mail-password", "swordfish \n") == DONE
    assert get_secret(workspace, "mail-password") == "swordfish "
    assert run(["secret", "list", "--json"]) == DONE
    said = capsys.readouterr()
    assert json.loads(said.out) == ["mail-password"]
    assert "swordfish" not in said.out + said.err
    assert AuditEntry.objects.filter(workspace=workspace, action="put secret", subject="mail-password").exists()


@pytest.mark.parametrize(("name", "value"), [("Mail Password", "x"), ("dkim/shop.example", "x"), ("mail", ""), ("mail", "x" * 10_001)])
def test_a_wrong_name_or_value_is_asked_wrongly(workspace, monkeypatch, name, value):
    assert put(monkeypatch, name, value) == ASKED_WRONGLY
    assert get_secret(workspace, name) is None


def test_forgetting(workspace, monkeypatch):
    put(monkeypatch, "mail-password", "swordfish")
    assert run(["secret", "forget", "mail-password"]) == DONE
    assert get_secret(workspace, "mail-password") is None
    assert run(["secret", "forget", "mail-password"]) == COULD_NOT


@pytest.mark.parametrize("algorithm", ["rsa", "ed25519"])
def test_a_signing_key_is_kept_and_its_record_printed(workspace, capsys, algorithm):
    assert run(["secret", "dkim", "Shop.example", "--algorithm", algorithm, "--json"]) == DONE
    said = json.loads(capsys.readouterr().out)
    assert said["name"] == "duologue._domainkey.shop.example"
    assert said["record"].startswith(f"v=DKIM1; k={algorithm}; p=")
    kept = dkim_key(workspace, "shop.example")
    assert kept is not None
    assert kept.selector == "duologue"


def test_what_is_no_domain_is_asked_wrongly(workspace):
    assert run(["secret", "dkim", "shop example"]) == ASKED_WRONGLY
