"""`duologue senders` and `duologue doctor` on the domain that mail leaves from, against a DNS server on loopback."""

from __future__ import annotations

import json

import pytest

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import read_book
from duologue.cli.command import COULD_NOT, DONE, run
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.email.actions import make_dkim_key
from duologue.platform.database.clock import database_now
from tests.engage.channels.domains.names import serving

pytestmark = pytest.mark.django_db(transaction=True)
NONE_COUNTS = (
    "NOT     SPF: There are two SPF records at ribbon.shop; with more than one, none counts. Keep one, as below, and remove the others."
)
BOOK = "name: R\nsenders: {email: {address: ada@DOMAIN}}\nfooter: 12 Lamb Street\n"


def write_from(workspace, domain):
    save_book(workspace=workspace, book=read_book(BOOK.replace("DOMAIN", domain)), now=database_now())


def test_records_to_copy_and_a_check_of_those_there_are(workspace, capsys, settings):
    assert run(["senders", "records"]) == COULD_NOT
    assert "names no sender" in capsys.readouterr().err
    write_from(workspace, "ribbon.example")
    assert run(["senders", "check"]) == COULD_NOT
    assert "a name for examples" in capsys.readouterr().err
    write_from(workspace, "ribbon.shop")
    assert run(["senders", "records"]) == DONE
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "ribbon.shop TXT v=spf1 mx ~all",
        "_dmarc.ribbon.shop TXT v=DMARC1; p=none; rua=mailto:dmarc@ribbon.shop",
    ]
    assert "duologue secret dkim ribbon.shop" in said.err
    name, record = make_dkim_key(workspace=workspace, domain="ribbon.shop")
    save_relay(workspace=workspace, name="main", kind="smtp", channel="email", settings={"host": "smtp.mailgun.org"})
    zone = {
        "ribbon.shop TXT": ["v=spf1 include:mailgun.org ~all", "v=spf1 mx -all"],
        "mailgun.org TXT": ["v=spf1 ip4:192.0.2.0/24 ~all"],
        "ribbon.shop MX": ["10 mx.ribbon.shop."],
        f"{name} TXT": [record],
        "_dmarc.ribbon.shop TXT": ["v=DMARC1; p=reject; rua=mailto:a@ribbon.shop"],
    }
    with serving(zone) as settings.DNS:
        assert run(["senders", "check"]) == COULD_NOT
        assert capsys.readouterr().out.splitlines() == [
            NONE_COUNTS,
            "        there: v=spf1 include:mailgun.org ~all",
            "        there: v=spf1 mx -all",
            "        put:   ribbon.shop TXT v=spf1 include:mailgun.org mx ~all",
            f"well    DKIM: The DKIM key at {name} is the one that signs.",
            "well    DMARC: The DMARC record at _dmarc.ribbon.shop is in order (p=reject).",
            "well    MX: Replies and bounces to ribbon.shop go to mx.ribbon.shop.",
        ]
        assert run(["doctor", "--json"]) == COULD_NOT
        found = [one for one in json.loads(capsys.readouterr().out) if one["about"] == "senders"]
        assert [(one["well"], one["sentence"][:52]) for one in found] == [("no", "In shop: There are two SPF records at ribbon.shop; w")]
        zone["ribbon.shop TXT"] = zone["ribbon.shop TXT"][:1]
        assert run(["senders", "check", "--json"]) == DONE
        assert {one["well"] for one in json.loads(capsys.readouterr().out)["records"]} == {"yes"}
        run(["doctor", "--json"])
        found = [one for one in json.loads(capsys.readouterr().out) if one["about"] == "senders"]
        assert [one["sentence"] for one in found] == ["The records of ribbon.shop, from which shop writes, are in order."]
