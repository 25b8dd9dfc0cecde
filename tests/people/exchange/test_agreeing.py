"""Lists of those who agreed, from other tools: only a row that says so makes somebody mailable."""

from datetime import UTC, datetime

import pytest

from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.models import ConsentNow, ConsentStatement
from duologue.people.consent.queries import suppressed
from duologue.people.exchange.queries import lines
from duologue.people.exchange.rules.line import Line
from duologue.people.exchange.rules.tools import TOOLS
from duologue.people.identifiers.queries import find
from duologue.people.profiles.actions import NewFact, learn
from duologue.people.profiles.queries import people
from tests.people.exchange.lists import LAST_WEEK, MAILCHIMP, NOW, may, person


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


@pytest.mark.parametrize("tool", ["listmonk", "mautic", "mailchimp"])
def test_grown_ups_of_a_list_without_days_need_no_parent_and_go_on_without_a_day(shop, listed, tool):
    listed(tool, f"{TOOLS[tool].address[0]}\nann@example.com\n", state="subscribed")
    ann = person(shop, "ann@example.com")
    learn(workspace=shop, facts=[NewFact(ann, "birthday", "1990-05-31", "form", NOW)], now=NOW)
    assert may(shop, "ann@example.com")
    assert [(line.state, line.at) for line in lines(shop, "newsletter")] == [("granted", None)]


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


def test_pending_and_never_asked_are_known_but_not_mailable(shop, listed):
    taken = listed("activecampaign", "Email,Status\na@example.com,Unconfirmed\nb@example.com,Active\n")
    assert taken.counts == {"read": 2, "pending": 1, "granted": 1}
    assert (may(shop, "a@example.com"), may(shop, "b@example.com")) == (False, True)


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


def test_one_address_is_one_however_it_is_written(shop, listed):
    listed("klaviyo", "Email,Email Marketing Consent\nAnn.Lee+shop@GoogleMail.com,UNSUBSCRIBED\n")
    listed("klaviyo", "Email,Email Marketing Consent\nannlee@gmail.com,SUBSCRIBED\nann.lee@gmail.com,SUBSCRIBED\n")
    assert not may(shop, "annlee@gmail.com")
