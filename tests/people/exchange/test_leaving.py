"""Whoever left in another tool has left here, in whatever words and on whatever day its list says so."""

import csv
from datetime import timedelta

import pytest

from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.models import ConsentNow, ConsentStatement
from duologue.people.consent.queries import chain_broken_at, suppressed
from duologue.people.exchange.actions import take_list
from duologue.people.exchange.queries import lines
from duologue.people.identifiers.queries import find
from duologue.people.imports.listing import RefusedLines
from tests.people.exchange.lists import LAST_WEEK, MAILCHIMP, NOW, may


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
        ("activecampaign", "x.csv", "Email,Unsubscribed Date\na@example.com,2024-01-01\n"),
        ("hubspot", "x.csv", "Email,Opted out of all email\na@example.com,true\n"),
        ("klaviyo", "x.csv", "Email,Email Marketing Consent,Suppressed\na@example.com,SUBSCRIBED,yes\n"),
        ("mautic", "x.csv", "email,doNotEmail\na@example.com,1\n"),
        ("brevo", "x.csv", "EMAIL,DOUBLE_OPT-IN,EMAIL_BLOCKLISTED\na@example.com,Yes,1\n"),
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


def test_a_leaving_dated_long_ago_is_a_leaving(shop, listed):
    listed("activecampaign", "Email,Status,Unsubscribed Date\na@example.com,Unsubscribed,1970-01-01\n")
    assert not may(shop, "a@example.com")
    assert ConsentNow.within(shop).get().state == "withdrawn"


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
        ("hubspot", "Email,Unsubscribed from all email,Legal basis for processing contact's data\nann@example.com,WAHR,Freely given consent from contact\n"),
        ("brevo", "EMAIL,DOUBLE_OPT-IN,EMAIL_BLACKLISTED\nann@example.com,Yes,VRAI\n"),
        ("hubspot", "Email,Opted out of email: Newsletter\nann@example.com,checked\n"),
    ],
)  # fmt: skip
def test_an_opt_out_counts_in_whatever_words(shop, listed, tool, text):
    assert listed(tool, text, state="subscribed").counts == {"read": 1, "withdrawn": 1}
    assert not may(shop, "ann@example.com")


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


def test_what_stands_in_several_columns_of_one_name_is_read_together(shop, listed):
    heads = "Email,Opted out of email: News,Opted out of email: News,Legal basis for processing contact's data"
    yes = "Freely given consent from contact"
    listed("hubspot", f"{heads}\nann@example.com,true,false,{yes}\nbob@example.com,,true,{yes}\ncleo@example.com,No,,{yes}\n")
    assert [may(shop, f"{one}@example.com") for one in ("ann", "bob", "cleo")] == [False, False, True]


@pytest.mark.parametrize(
    "heading",
    ["Abgemeldet am", "Désinscrit", "Disiscritto", "Suscripción cancelada", "Date désabonnement", "Do not e-mail", "Opted-out", "DNC"],
)
def test_a_column_that_sounds_as_if_they_had_left_makes_nobody_mailable(listed, tmp_path, heading):
    taken = listed("listmonk", f"email,{heading}\nann@example.com,2024-02-01\nbob@example.com,\n", state="subscribed")
    assert (taken.counts["granted"], taken.refused) == (1, 1)
    assert heading.lower() in (tmp_path / "refused.csv").read_text()


@pytest.mark.parametrize("heading", ["SMS opt-out", "Number of unsubscribes", "Enrichment opt out", "Newsletter"])
def test_a_column_that_speaks_of_something_else_stops_nobody(listed, heading):
    assert listed("listmonk", f"email,{heading}\nann@example.com,yes\n", state="subscribed").counts["granted"] == 1
