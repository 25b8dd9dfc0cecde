"""`duologue conversation` and `duologue contribution`: the inbox and what people gave, from the command line."""

import json

import pytest

from duologue.cli.command import build_parser, run
from duologue.cli.frame import AskedWrongly, Refused
from duologue.engage.contributions.actions import NewContribution, contribute
from duologue.engage.contributions.rules import PUBLIC
from duologue.engage.conversations.actions import hand_over
from duologue.kit.pipeline import Refused as NotSo
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.platform.audit.models import AuditEntry
from duologue.platform.staff.actions import add_member
from duologue.platform.staff.models import Staff
from tests.engage.conversations.conftest import anna, delivery, now  # noqa: F401 - fixtures


@pytest.fixture
def do(workspace, capsys):
    parser, modules = build_parser()

    def call(*line):
        args = parser.parse_args(list(line))
        args.workspace, args.json = workspace.name, True
        assert modules[args.command].run(args) == 0
        return json.loads(capsys.readouterr().out)

    return call


@pytest.mark.django_db
def test_a_conversation_is_listed_answered_assigned_and_closed(do, workspace, anna, delivery, now):  # noqa: F811
    number = hand_over(workspace=workspace, person=anna, profile=anna, team="care", now=now)
    staff = Staff.objects.create_user("ben@shop.example", name="Ben")
    add_member(workspace, staff=staff, role="care", now=now)
    assert [(one["id"], one["team"], one["assigned"]) for one in do("conversation", "list", "--team", "care")] == [(number, "care", "")]
    assert do("conversation", "list", "--team", "other") == do("conversation", "list", "--closed") == []
    assert do("conversation", "assign", str(number), "--to", "BEN@shop.example") == {"to": "Ben"}
    assert do("conversation", "answer", str(number), "We are on it.")["delivery"]
    do("conversation", "note", str(number), "She is right.")
    shown = do("conversation", "show", str(number))
    assert (shown["assigned"], [(one["direction"], one["text"]) for one in shown["entries"]]) == (
        "Ben",
        [("out", "We are on it."), ("note", "She is right.")],
    )
    assert do("conversation", "close", str(number), "--outcome", "resolved") == {"closed": True, "outcome": "resolved"}
    for wrong in (("close", str(number), "--outcome", "again"), ("show", "99"), ("assign", str(number), "--to", "who@shop.example")):
        with pytest.raises(Refused):
            do("conversation", *wrong)
    with pytest.raises(AskedWrongly):
        do("conversation", "answer", str(number), " ")
    noted = AuditEntry.objects.filter(actor="command line").order_by("pk").values_list("action", flat=True)
    assert list(noted) == ["assign conversation", "answer conversation", "note conversation", "close conversation"]


@pytest.mark.django_db
def test_a_contribution_is_shown_only_where_its_person_agrees(do, workspace, anna, delivery, now, tmp_path):  # noqa: F811
    save_purpose(workspace=workspace, name="stories", shows=True)
    given = NewContribution(anna, "why-quiet", "words", delivery.pk, "stories", text="Lovely tea")
    (number,) = contribute(workspace=workspace, given=[given], now=now)
    (line,) = do("contribution", "list")
    publish = ("contribution", "publish", str(number), "--seen", line["came_at"], "--as", "Anna")
    with pytest.raises(NotSo, match="have not agreed"):
        do(*publish)
    state(workspace=workspace, statements=[NewStatement(anna, PUBLIC, "stories", "granted", now, "test", "Show it?")], now=now)
    assert do(*publish) == {"id": number, "state": "published"}
    assert do("contribution", "show", str(number))["shown_as"] == "Anna"
    assert do("contribution", "decline", str(number), "--because", "Not ours")["state"] == "declined"
    assert [one["reason"] for one in do("contribution", "list", "--state", "declined")] == ["Not ours"]
    with pytest.raises(Refused, match="no photo"):
        do("contribution", "show", str(number), "--photo", str(tmp_path / "x.jpg"))
    with pytest.raises(Refused, match="no contribution 9"):
        do("contribution", "show", "999")


@pytest.mark.parametrize("most", ["0", "-1", "ten", "1.5", ""])
def test_a_list_is_asked_for_by_a_number_from_one_up(most, capsys):
    assert run(["conversation", "list", f"--most={most}"]) == 2
    assert "is not a number from 1 up" in capsys.readouterr().err
