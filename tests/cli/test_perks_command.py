"""`duologue perks redeem`: codes from a till's file."""

import argparse
import json
from datetime import UTC, datetime

import pytest

from duologue.cli.commands import perks as command
from duologue.cli.frame import Refused
from duologue.engage.perks.actions import PerkRequest, reserve
from duologue.engage.perks.lives import issue
from duologue.engage.perks.models import Perk
from duologue.people.profiles.actions import add
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.rules import read_offer

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
OFFER = "offer: ten\nkind: discount\ncode: generated\nworth: 5 GBP\nlasts: 14d\n"


@pytest.fixture
def codes(workspace):
    save_offer(workspace=workspace, offer=read_offer(OFFER, "x.yaml"), now=NOW)
    people = add(workspace=workspace, seen_at=[NOW] * 2)
    given = reserve(workspace=workspace, requests=[PerkRequest("ten", one, one) for one in people], now=NOW)
    issue(workspace=workspace, perks=[one.perk for one in given], now=NOW)
    return [one.code for one in given]


def redeem(workspace, capsys, path):
    status = command.run(argparse.Namespace(workspace=workspace.name, json=True, word="redeem", file=path))
    return status, json.loads(capsys.readouterr().out)


def test_each_code_once_and_the_same_file_again_changes_nothing(workspace, codes, capsys, tmp_path):
    path = tmp_path / "till.csv"
    path.write_text(f"code,order,worth\n{codes[0]},1,4.50\n{codes[0]},2,\nNOPE,3,\n,4,\n{codes[1]},5,much\n{codes[1].lower()},6,\n")
    status, said = redeem(workspace, capsys, path)
    assert (status, said["redeemed"], [one["line"] for one in said["refused"]]) == (0, 2, [3, 4, 5, 6])
    first = list(Perk.within(workspace).order_by("id").values_list("state", "redeemed_for", "worth"))
    assert first == [("redeemed", "1", 450), ("redeemed", "6", 500)]
    assert redeem(workspace, capsys, path)[1] == said
    assert list(Perk.within(workspace).order_by("id").values_list("state", "redeemed_for", "worth")) == first


@pytest.mark.parametrize("content", [b"number\n1\n", b"\xff\xfe\x00", b""])
def test_a_file_that_is_none_is_refused_with_a_sentence(workspace, tmp_path, content):
    path = tmp_path / "till.csv"
    path.write_bytes(content)
    with pytest.raises(Refused):
        command.run(argparse.Namespace(workspace=workspace.name, json=True, word="redeem", file=path))
