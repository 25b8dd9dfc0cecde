"""Lists of who agreed and who left, from other tools and to them: nobody who had left becomes mailable."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.cli.command import build_parser
from duologue.cli.frame import Refused as Stopped
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import NewStatement, save_purpose, state, suppress
from duologue.people.consent.models import ConsentNow, ConsentStatement
from duologue.people.consent.queries import chain_broken_at, standing, suppressed
from duologue.people.exchange import queries
from duologue.people.exchange.actions import take_list
from duologue.people.exchange.queries import lines
from duologue.people.exchange.rules.line import Line
from duologue.people.exchange.rules.tools import TOOLS
from duologue.people.identifiers.actions import NewIdentifier, attach
from duologue.people.identifiers.queries import find
from duologue.people.imports.listing import RefusedLines
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.queries import people, persons_of

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LAST_WEEK = NOW - timedelta(days=7)


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


def person(shop, email):
    profile = find(shop, "email", email)
    return persons_of(shop, [profile])[profile]


def may(shop, email, purpose="newsletter"):
    if email in suppressed(shop, "email", [email]):
        return False
    one = person(shop, email)
    return standing(shop, [one])[one].may("email", purpose)


MAILCHIMP = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP"


def test_those_who_agreed_in_mailchimp_agree_since_that_day(shop, listed):
    taken = listed(
        "mailchimp",
        f"{MAILCHIMP}\nann@example.com,Ann,Lee,2,2023-05-01 09:58:00,,2023-05-01 10:00:00,203.0.113.9\n",
        "subscribed_members_export.csv",
    )
    assert taken.counts == {"read": 1, "granted": 1}
    (now,) = ConsentNow.within(shop)
    assert (now.state, now.purpose, now.at) == ("granted", "newsletter", datetime(2023, 5, 1, 10, tzinfo=UTC))
    assert people(shop, [person(shop, "ann@example.com")])[person(shop, "ann@example.com")].facts["first_name"] == "Ann"
    statement = ConsentStatement.within(shop).get()
    assert statement.source == "list from mailchimp"
    assert statement.proof == {"optin_time": "2023-05-01 09:58:00", "confirm_time": "2023-05-01 10:00:00", "confirm_ip": "203.0.113.9"}


@pytest.mark.parametrize(
    ("tool", "name", "text"),
    [
        ("mailchimp", "unsubscribed_x.csv", f"{MAILCHIMP},UNSUB_TIME,UNSUB_REASON\na@example.com,,,2,,,2023-05-01 10:00:00,,2024-02-01 10:00:00,TOO_MANY\n"),
        ("mailchimp", "subscribed_x.csv", f"{MAILCHIMP},UNSUB_TIME,UNSUB_REASON\na@example.com,,,2,,,2023-05-01 10:00:00,,2024-02-01 10:00:00,\n"),
        ("listmonk", "subscribed_x.csv", "uuid,email,name,attributes,status,created_at,updated_at\nu,a@example.com,A,{},blocklisted,2023-01-01T00:00:00Z,2024-01-01T00:00:00Z\n"),
        ("mautic", "subscribed_x.csv", "id,firstname,lastname,email,dnc_reason,dnc_channel\n1,A,B,a@example.com,1,email\n"),
        ("hubspot", "x.csv", "Record ID,Email,Unsubscribed from all email,Legal basis for processing contact's data\n1,a@example.com,true,Freely given consent from contact\n"),
        ("hubspot", "x.csv", "Record ID,Email,Opted out of email: Marketing Information\n1,a@example.com,true\n"),
        ("klaviyo", "x.csv", "Email,Email Marketing Consent,Email Marketing Consent Timestamp\na@example.com,UNSUBSCRIBED,2024-01-01 10:00:00\n"),
        ("klaviyo", "x.csv", "Email,Email Marketing Consent,Email Suppressions\na@example.com,SUBSCRIBED,UNSUBSCRIBED\n"),
        ("brevo", "x.csv", "EMAIL,DOUBLE_OPT-IN,EMAIL_BLACKLISTED\na@example.com,Yes,true\n"),
        ("activecampaign", "x.csv", "Email,Status,Unsubscribed Date,Unsubscribe Reason\na@example.com,Unsubscribed,2024-01-01,Not for me\n"),
    ],
)  # fmt: skip
def test_whoever_left_in_a_tool_has_left(shop, listed, tool, name, text):
    assert listed(tool, text, name, state="subscribed" if tool in {"listmonk", "mautic"} else "").counts == {"read": 1, "withdrawn": 1}
    assert not may(shop, "a@example.com")
    assert listed(tool, text, name, state="subscribed" if tool in {"listmonk", "mautic"} else "").counts == {
        "read": 1,
        "withdrawn": 1,
        "unchanged": 1,
    }
    profile = find(shop, "email", "a@example.com")
    assert chain_broken_at(shop, profile) is None
    assert len(ConsentStatement.within(shop).filter(purpose="newsletter")) == 1


@pytest.mark.parametrize(
    ("tool", "name", "text", "because"),
    [
        ("mailchimp", "cleaned_x.csv", f"{MAILCHIMP},CLEAN_TIME\na@example.com,,,2,,,2023-05-01 10:00:00,,2024-02-01 10:00:00\n", "hard_bounce"),
        ("klaviyo", "x.csv", "Email,Reason,Timestamp\na@example.com,HARD_BOUNCE,2024-01-01\n", "hard_bounce"),
        ("klaviyo", "x.csv", "Email,Reason,Timestamp\na@example.com,SPAM_COMPLAINT,2024-01-01\n", "spam_report"),
        ("brevo", "x.csv", "email,blocked reason\na@example.com,contactFlaggedAsSpam\n", "spam_report"),
        ("mautic", "subscribed_x.csv", "email,dnc reason,comments\na@example.com,Bounced,550 no such user\n", "hard_bounce"),
        ("hubspot", "x.csv", "Email,Email hard bounce reason\na@example.com,UNKNOWN_USER\n", "hard_bounce"),
        ("activecampaign", "x.csv", "Email,Status\na@example.com,Bounced\n", "hard_bounce"),
    ],
)  # fmt: skip
def test_an_address_that_bounced_or_reported_spam_is_suppressed(shop, listed, tool, name, text, because):
    assert listed(tool, text, name, state="subscribed" if tool in {"listmonk", "mautic"} else "").counts == {"read": 1, "suppressed": 1}
    assert suppressed(shop, "email", ["A@Example.com"]) == {"A@Example.com"}
    (line,) = lines(shop, "newsletter")
    assert (line.state, line.suppress) == ("withdrawn", because)
    listed("mailchimp", f"{MAILCHIMP}\na@example.com,,,2,,,2025-05-01 10:00:00,\n", "subscribed_x.csv")
    assert not may(shop, "a@example.com")


@pytest.mark.parametrize("tool", ["listmonk", "mautic", "mailchimp"])
def test_grown_ups_of_a_list_without_days_need_no_parent_and_go_on_without_a_day(shop, listed, tool):
    listed(tool, f"{TOOLS[tool].address[0]}\nann@example.com\n", state="subscribed")
    ann = person(shop, "ann@example.com")
    learn(workspace=shop, facts=[NewFact(ann, "birthday", "1990-05-31", "form", NOW)], now=NOW)
    assert may(shop, "ann@example.com")
    assert [(line.state, line.at) for line in lines(shop, "newsletter")] == [("granted", None)]


@pytest.mark.parametrize("since", ["2019-05-01 10:00:00", "", "03/04/2025", "2099-01-01 00:00:00"])
def test_who_left_here_stays_gone_whatever_an_older_list_says(shop, listed, since):
    listed("mailchimp", f"{MAILCHIMP}\nann@example.com,Ann,,2,,,2018-05-01 10:00:00,\n", "subscribed_a.csv")
    profile = find(shop, "email", "ann@example.com")
    gone = NewStatement(profile, "email", "newsletter", "withdrawn", LAST_WEEK, "unsubscribe page")
    state(workspace=shop, statements=[gone], now=LAST_WEEK)
    listed("mailchimp", f"{MAILCHIMP}\nann@example.com,Ann,,2,{since},,{since},\n", "subscribed_b.csv")
    assert not may(shop, "ann@example.com")


def test_who_left_everything_left_every_purpose_by_consent(shop, listed):
    listed("hubspot", "Email,Unsubscribed from all email\na@example.com,true\n")
    assert set(ConsentNow.within(shop).values_list("purpose", "state")) == {("newsletter", "withdrawn"), ("promotions", "withdrawn")}


def test_a_list_that_does_not_say_who_agreed_is_refused_and_one_that_says_so_is_not(listed, tmp_path):
    text = "uuid,email,name,status\nu,a@example.com,A,enabled\nv,no address,B,enabled\n"
    with pytest.raises(Refused, match="does not say in its rows who agreed"):
        listed("listmonk", text)
    taken = listed("listmonk", text, state="subscribed")
    assert (taken.counts, taken.refused) == ({"read": 2, "granted": 1}, 1)
    assert (tmp_path / "refused.csv").read_text().splitlines()[1].startswith("3,")
    with pytest.raises(Refused, match="no column 'email'"):
        listed("brevo", "address,x\n1,2\n")


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("mailchimp", f"{MAILCHIMP}\nann@example.com,Ann,,2,,,2026-01-03 10:00:00,\n"),  # put on the list by an admin
        (
            "hubspot",
            "Email,Create Date,Legal basis for processing contact's data\nann@example.com,2026-01-03,Freely given consent from contact\n",
        ),
        ("listmonk", "uuid,email,status,created_at\nu,ann@example.com,enabled,2026-01-03T00:00:00Z\n"),
        ("brevo", "EMAIL,ADDED_TIME,DOUBLE_OPT-IN\nann@example.com,2026-01-03,Yes\n"),
        ("activecampaign", "Email,Date Created,Status\nann@example.com,2026-01-03,Active\n"),
    ],
)
def test_the_day_a_record_was_made_is_no_day_of_consent(shop, listed, tool, text):
    listed("mailchimp", f"{MAILCHIMP}\nann@example.com,Ann,,2,,,2018-05-01 10:00:00,\n", "subscribed_a.csv")
    gone = NewStatement(find(shop, "email", "ann@example.com"), "email", "newsletter", "withdrawn", LAST_WEEK, "unsubscribe page")
    state(workspace=shop, statements=[gone], now=LAST_WEEK)
    listed(tool, text, state="subscribed")
    assert not may(shop, "ann@example.com")


def test_an_old_list_does_not_overwrite_what_was_learned_since(shop, listed):
    listed("klaviyo", "Email,First Name,Email Marketing Consent\nann@example.com,Annie,SUBSCRIBED\n")
    learn(workspace=shop, facts=[NewFact(find(shop, "email", "ann@example.com"), "first_name", "Ann", "form", LAST_WEEK)], now=LAST_WEEK)
    listed("brevo", "EMAIL,FIRSTNAME\nann@example.com,Anne\n", state="subscribed")
    one = person(shop, "ann@example.com")
    assert people(shop, [one])[one].facts["first_name"] == "Ann"


def test_a_leaving_dated_long_ago_is_a_leaving(shop, listed):
    listed("activecampaign", "Email,Status,Unsubscribed Date\na@example.com,Unsubscribed,1970-01-01\n")
    assert not may(shop, "a@example.com")
    assert ConsentNow.within(shop).get().state == "withdrawn"


def test_pending_and_never_asked_are_known_but_not_mailable(shop, listed):
    taken = listed("activecampaign", "Email,Status\na@example.com,Unconfirmed\nb@example.com,Active\n")
    assert taken.counts == {"read": 2, "pending": 1, "granted": 1}
    assert (may(shop, "a@example.com"), may(shop, "b@example.com")) == (False, True)


def agreed_here(shop, email, at):
    state(workspace=shop, statements=[NewStatement(find(shop, "email", email), "email", "newsletter", "granted", at, "form")], now=at)


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("mautic", "id,email,Date Added,dnc_reason\n1,ann@example.com,2020-01-01 00:00:00,1\n"),
        ("klaviyo", "Email,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions\nann@example.com,SUBSCRIBED,2020-01-01 10:00:00,[UNSUBSCRIBED]\n"),
        ("brevo", "EMAIL,DATE,EMAIL_BLACKLISTED\nann@example.com,2020-01-01,true\n"),
    ],
)  # fmt: skip
def test_another_day_of_the_row_is_no_day_of_leaving(shop, listed, tool, text):
    listed("mailchimp", f"{MAILCHIMP}\nann@example.com,Ann,,2,,,,\n", "subscribed_a.csv")
    agreed_here(shop, "ann@example.com", LAST_WEEK)
    assert may(shop, "ann@example.com")
    listed(tool, text, state="subscribed")
    assert not may(shop, "ann@example.com")


def test_who_left_on_a_day_had_not_agreed_later_on_it(shop, listed):
    listed("activecampaign", "Email,Status,Subscribed Date\nann@example.com,Active,2025-06-01 09:00:00\n")
    listed("activecampaign", "Email,Status,Unsubscribed Date\nann@example.com,Unsubscribed,2025-06-01\n")
    assert not may(shop, "ann@example.com")


def test_another_list_that_says_they_left_counts_anew(shop, listed):
    left = "Email,Unsubscribed from all email\nann@example.com,true\n"
    listed("hubspot", left)
    agreed_here(shop, "ann@example.com", NOW + timedelta(hours=1))
    listed("hubspot", left)
    assert may(shop, "ann@example.com")  # the same list changes nothing
    listed("hubspot", left + "bob@example.com,true\n", now=NOW + timedelta(hours=2))
    assert not may(shop, "ann@example.com")


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("activecampaign", "Email,Status\nann@example.com,Abgemeldet\n"),
        ("klaviyo", "Email,Email Marketing Consent\nann@example.com,OPTED_OUT\n"),
        ("listmonk", "uuid,email,status\nu,ann@example.com,gesperrt\n"),
        ("activecampaign", "Email,First Name,Status\nann@example.com,Lee, Ann,Unsubscribed\n"),
        ("hubspot", "Email,First Name,Unsubscribed from all email\nann@example.com,Ann\n"),
    ],
)
def test_a_row_that_may_say_that_they_left_makes_nobody_mailable(listed, tmp_path, tool, text):
    taken = listed(tool, text, state="subscribed")
    assert (taken.counts["granted"], taken.refused) == (0, 1)
    assert (tmp_path / "refused.csv").read_text().splitlines()[1].startswith("2,")


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("hubspot", "Email,Unsubscribed from all email,Legal basis for processing contact's data\nann@example.com,WAHR,Freely given consent from contact\n"),
        ("brevo", "EMAIL,DOUBLE_OPT-IN,EMAIL_BLACKLISTED\nann@example.com,Yes,VRAI\n"),
        ("hubspot", "Email,Opted out of email: Newsletter\nann@example.com,checked\n"),
    ],
)  # fmt: skip
def test_an_opt_out_counts_in_whatever_words(shop, listed, tool, text):
    assert listed(tool, text, state="subscribed").counts == {"read": 1, "withdrawn": 1}
    assert not may(shop, "ann@example.com")


def test_words_around_consent_are_not_consent(shop, listed):
    listed("hubspot", "Email,Legal basis for processing contact's data\nann@example.com,Consent was never given\n")
    assert not may(shop, "ann@example.com")


@pytest.mark.parametrize("tool", sorted(TOOLS))
@pytest.mark.parametrize("said", ["unsubscribed", "cleaned", "pending", "nonsubscribed"])
def test_in_a_list_of_those_who_left_nobody_agrees(shop, listed, tool, said):
    yes = TOOLS[tool].write(Line(email="ann@example.com", state="granted", at=LAST_WEEK))
    taken = listed(tool, ",".join(yes) + "\n" + ",".join(yes.values()) + "\n", state=said)
    assert taken.counts["granted"] == 0
    assert not may(shop, "ann@example.com")
    assert bool(suppressed(shop, "email", ["ann@example.com"])) == (said == "cleaned")


def test_a_name_and_a_word_that_differ_are_refused(listed):
    with pytest.raises(Refused, match="named after those unsubscribed"):
        listed("mailchimp", f"{MAILCHIMP}\nann@example.com,Ann,,2,,,,\n", "unsubscribed_a.csv", state="subscribed")


YES = {
    "brevo": "EMAIL,DOUBLE_OPT-IN\nann@example.com,Yes\n",
    "hubspot": "Email,Legal basis for processing contact's data\nann@example.com,Freely given consent from contact\n",
    "klaviyo": "Email,Email Marketing Consent\nann@example.com,SUBSCRIBED\n",
    "activecampaign": "Email,Status\nann@example.com,Active\n",
}


@pytest.mark.parametrize("tool", sorted(YES))
@pytest.mark.parametrize("word", ["cleaned", "unsubscribed", "pending", "nonsubscribed"])
def test_where_rows_speak_against_the_name_of_their_file_nothing_is_taken_until_it_is_said(shop, listed, tool, word):
    with pytest.raises(Refused, match=f"named after those {word}, and its line 2 does not"):
        listed(tool, YES[tool], f"{word}_customers.csv")
    assert find(shop, "email", "ann@example.com") is None
    assert not suppressed(shop, "email", ["ann@example.com"])
    assert listed(tool, YES[tool], f"{word}_customers.csv", state="subscribed").counts["granted"] == 1
    assert may(shop, "ann@example.com")


def test_a_name_and_rows_that_agree_are_taken(shop, listed):
    taken = listed("klaviyo", "Email,Reason\nann@example.com,HARD_BOUNCE\n", "cleaned_profiles.csv")
    assert taken.counts == {"read": 1, "suppressed": 1}


def test_a_name_says_nothing_of_a_tool_that_does_not_name_its_lists_so(listed):
    with pytest.raises(Refused, match="does not say in its rows who agreed"):
        listed("listmonk", "email\nann@example.com\n", "cleaned_customers.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whoever_left_has_left_however_the_file_is_written(shop, tmp_path, encoding, delimiter):
    rows = [["Email", "First Name", "Unsubscribed from all email", "Legal basis for processing contact's data"]]
    rows += [["Zoë@Example.com", "Zoë", "true", "Freely given consent from contact"]]
    path = tmp_path / "list.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    taken = take_list(workspace=shop, path=path, tool="hubspot", purpose="newsletter", now=NOW, refused=RefusedLines(tmp_path / "r.csv"))
    assert taken.counts == {"read": 1, "withdrawn": 1}
    assert not may(shop, "zoë@example.com")


def test_one_address_is_one_however_it_is_written(shop, listed):
    listed("klaviyo", "Email,Email Marketing Consent\nAnn.Lee+shop@GoogleMail.com,UNSUBSCRIBED\n")
    listed("klaviyo", "Email,Email Marketing Consent\nannlee@gmail.com,SUBSCRIBED\nann.lee@gmail.com,SUBSCRIBED\n")
    assert not may(shop, "annlee@gmail.com")


def test_who_left_leaves_even_where_the_rest_of_the_row_cannot_be_kept(shop, listed):
    listed("listmonk", "uuid,email,name,status\nu,ann@example.com,A,enabled\n", state="subscribed")
    assert may(shop, "ann@example.com")
    long = "A" * 100_000
    assert (
        listed("listmonk", f"uuid,email,name,status\nu,ann@example.com,{long},blocklisted\n", state="subscribed").counts["withdrawn"] == 1
    )
    assert not may(shop, "ann@example.com")


def test_who_left_leaves_even_where_the_reason_cannot_be_kept_and_so_do_those_after(shop, listed):
    heads = "Email,Status,Unsubscribe Reason\n"
    listed("activecampaign", f"{heads}ann@example.com,Active,\nbob@example.com,Active,\n")
    taken = listed(
        "activecampaign", f"{heads}ann@example.com,Unsubscribed,too\\u0000many\nbob@example.com,Unsubscribed,\n".replace("\\u0000", "\0")
    )
    assert (taken.counts["withdrawn"], taken.refused) == (2, 0)
    assert not may(shop, "ann@example.com")
    assert not may(shop, "bob@example.com")


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
    assert rows["ann@example.com"]["Email Marketing Consent"] == "SUBSCRIBED"
    assert (rows["bob@example.com"]["Email Marketing Consent"], rows["bob@example.com"]["Unsubscribe Reason"]) == (
        "UNSUBSCRIBED",
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
