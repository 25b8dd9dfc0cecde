"""Lists written for other tools: what is written reads the same again, and whoever left is on them with every address."""

import csv
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.cli.command import build_parser
from duologue.cli.frame import Refused as Stopped
from duologue.people.consent.actions import NewStatement, state, suppress
from duologue.people.consent.queries import standing
from duologue.people.exchange import queries
from duologue.people.exchange.queries import lines
from duologue.people.exchange.rules.line import Line
from duologue.people.exchange.rules.tools import TOOLS
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.identifiers.queries import find
from duologue.people.privacy.actions import erase
from tests.people.exchange.lists import LAST_WEEK, NOW, person


def test_who_is_erased_while_a_list_is_written_is_left_out(shop, listed, monkeypatch):
    listed("klaviyo", "Email,Email Marketing Consent\nann@example.com,SUBSCRIBED\nbob@example.com,SUBSCRIBED\n")
    ann = person(shop, "ann@example.com")

    def meanwhile(workspace, persons):
        found = standing(workspace, persons)
        erase(workspace=shop, person=ann, now=NOW)
        return found

    monkeypatch.setattr(queries, "standing", meanwhile)
    assert [line.email for line in lines(shop, "newsletter")] == ["bob@example.com"]


def test_of_whom_left_every_address_is_handed_on(shop, listed):
    listed("klaviyo", "Email,Email Marketing Consent\nann@example.com,SUBSCRIBED\nbob@example.com,SUBSCRIBED\n")
    for email in ("ann@example.com", "bob@example.com"):
        other = NewIdentifier(find(shop, "email", email), "email", f"old.{email}", f"old.{email}")
        attach(workspace=shop, identifiers=[other], now=LAST_WEEK)
    gone = NewStatement(find(shop, "email", "ann@example.com"), "email", "newsletter", "withdrawn", NOW, "unsubscribe page")
    state(workspace=shop, statements=[gone], now=NOW)
    suppress(workspace=shop, channel="email", addresses=["old.bob@example.com"], reason="hard_bounce", now=LAST_WEEK)
    assert {(line.email, line.state, line.suppress) for line in lines(shop, "newsletter")} == {
        ("ann@example.com", "withdrawn", ""),
        ("old.ann@example.com", "withdrawn", ""),
        ("bob@example.com", "granted", ""),
        ("old.bob@example.com", "withdrawn", "hard_bounce"),
    }


emails = st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True)
moments = st.datetimes(datetime(2001, 1, 1), datetime(2025, 12, 31)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001
agreed = st.builds(Line, email=emails, state=st.just("granted"), at=moments)
gone = st.builds(
    Line, email=emails, state=st.just("withdrawn"), at=moments, reason=st.sampled_from(["", "too many"]), everything=st.booleans()
)
dead = st.builds(Line, email=emails, state=st.just("withdrawn"), at=moments, everything=st.just(True), suppress=st.just("hard_bounce"), reason=st.just("hard bounce"))  # fmt: skip


@pytest.mark.parametrize("tool", sorted(TOOLS))
@given(line=agreed | gone | dead)
def test_what_is_written_for_a_tool_reads_the_same_again(tool, line):
    one = TOOLS[tool]
    row = {heading.lower(): cell for heading, cell in one.write(line).items()}
    again = one.read(row, line.email, "" if one.says_state else line.state)
    assert again.email == line.email
    assert (again.state == "granted") == (line.state == "granted")
    if line.state == "withdrawn":
        assert again.state == "withdrawn"
        assert again.everything or not line.everything or tool in {"mailchimp", "activecampaign"}
    if line.suppress and tool != "listmonk":
        assert again.suppress == line.suppress


def main(line):
    parser, modules = build_parser("consent")
    args = parser.parse_args(line)
    args.workspace, args.json = "shop", "--json" in line
    return modules["consent"].run(args)


def test_by_the_command_line_from_one_tool_to_the_next(shop, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(
        "Email,First Name,Status,Unsubscribe Reason\nann@example.com,Ann,Active,\nbob@example.com,=1+2,Unsubscribed,Too many\n"
    )
    assert main(["consent", "import", "in.csv", "--from", "activecampaign", "--purpose", "newsletter"]) == 0
    assert capsys.readouterr().out.split() == ["lines", "number", "granted", "1", "read", "2", "withdrawn", "1", "refused", "0"]
    assert main(["consent", "export", "out.csv", "--to", "klaviyo", "--purpose", "newsletter"]) == 0
    with (tmp_path / "out.csv").open() as file:
        rows = {row["Email"]: row for row in csv.DictReader(file)}
    assert rows["ann@example.com"]["Email Marketing Consent"] == "Subscribe"
    assert (rows["bob@example.com"]["Email Marketing Consent"], rows["bob@example.com"]["Unsubscribe Reason"]) == (
        "Unsubscribed",
        "Too many",
    )
    assert rows["bob@example.com"]["First Name"] == "'=1+2"  # a name that a form took in is no formula in a spreadsheet
    with pytest.raises(Stopped, match="is there already"):
        main(["consent", "export", "out.csv", "--to", "klaviyo", "--purpose", "newsletter"])
    with pytest.raises(Stopped, match="lists of their own"):
        main(["consent", "export", "list.csv", "--to", "mailchimp", "--purpose", "newsletter"])
    assert main(["consent", "export", "list.csv", "--to", "mailchimp", "--purpose", "newsletter", "--state", "unsubscribed"]) == 0
    with (tmp_path / "list.csv").open() as file:
        assert [row["Email Address"] for row in csv.DictReader(file)] == ["bob@example.com"]


@pytest.mark.parametrize("tool", sorted(set(TOOLS) - {"klaviyo", "mautic"}))
def test_a_tool_whose_import_asks_once_for_all_gets_those_who_left_as_a_list_of_their_own(shop, tmp_path, monkeypatch, tool):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Stopped, match="lists of their own"):
        main(["consent", "export", "out.csv", "--to", tool, "--purpose", "newsletter"])
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(("line", "said"), [("ann@example.com,true", "true"), ("ann@example.com,false", "false")])
def test_mautics_import_is_told_who_left_in_the_one_column_that_it_reads(shop, listed, tmp_path, monkeypatch, line, said):
    monkeypatch.chdir(tmp_path)
    listed("hubspot", f"Email,Unsubscribed from all email\n{line}\n", state="subscribed")
    assert main(["consent", "export", "out.csv", "--to", "mautic", "--purpose", "newsletter"]) == 0
    with (tmp_path / "out.csv").open() as file:
        assert [row["doNotEmail"] for row in csv.DictReader(file)] == [said]


def test_a_list_that_was_cut_off_does_not_stand_there(shop, tmp_path, monkeypatch, listed):
    monkeypatch.chdir(tmp_path)
    listed("klaviyo", "Email,Email Marketing Consent\nann@example.com,SUBSCRIBED\n")
    before = set(tmp_path.iterdir())

    def cut(*_asked):
        yield Line(email="ann@example.com")
        raise ConnectionError

    monkeypatch.setattr(queries, "lines", cut)
    with pytest.raises(ConnectionError):
        main(["consent", "export", "out.csv", "--to", "klaviyo", "--purpose", "newsletter"])
    assert set(tmp_path.iterdir()) == before
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert main(["consent", "export", "out.csv", "--to", "klaviyo", "--purpose", "newsletter"]) == 0
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600
