"""Files as other tools really write them: who agrees in each, who left, and which addresses are not to be used."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from duologue.people.consent.models import ConsentNow
from duologue.people.consent.queries import standing, suppressed
from duologue.people.exchange.actions import take_list
from duologue.people.exchange.queries import lines
from duologue.people.identifiers.queries import find
from duologue.people.imports.listing import RefusedLines
from duologue.people.profiles.queries import persons_of
from tests.people.exchange.lists import NOW

RECORDED = Path(__file__).parent / "recorded"
PEOPLE = ("ann", "ben", "cleo", "dan", "eve", "fay", "gus", "hal")


@pytest.fixture
def taken(shop, tmp_path):
    """Take in a recorded file."""

    def take(tool, name, state=""):
        refused = RefusedLines(tmp_path / "refused.csv")
        return take_list(workspace=shop, path=RECORDED / name, tool=tool, purpose="newsletter", now=NOW, refused=refused, state=state)

    return take


def word(shop, email):
    """Say how somebody stands: may, left, left all, barred, or known."""
    profile = find(shop, "email", email)
    if profile is None:
        return "refused"
    if suppressed(shop, "email", [email]):
        return "barred"
    person = persons_of(shop, [profile])[profile]
    if standing(shop, [person])[person].may("email", "newsletter"):
        return "may"
    gone = set(ConsentNow.within(shop).filter(profile_id=profile, state="withdrawn").values_list("purpose", flat=True))
    return {0: "known", 1: "left", 2: "left all"}[len(gone)]


@pytest.mark.parametrize(
    ("tool", "name", "state", "words"),
    [
        ("mautic", "mautic_report_do_not_contact.csv", "subscribed", ["left all", "barred", "barred", "known", "may"]),
        ("mautic", "mautic_report_do_not_contact_de.csv", "subscribed", ["left all", "barred"]),
        ("mautic", "mautic_report_contacts.csv", "subscribed", ["left all", "barred", "barred", "may", "may"]),
        ("hubspot", "hubspot_contacts.csv", "", ["left", "may", "left all", "barred", "known", "barred", "barred", "known"]),
        ("hubspot", "hubspot_contacts.csv", "subscribed", ["left", "may", "left all", "barred", "known", "barred", "barred", "may"]),
        ("hubspot", "hubspot_contacts_internal_names.csv", "", ["left", "may", "left all", "barred"]),
        ("hubspot", "hubspot_contacts_de.csv", "subscribed", ["refused", "may"]),
        ("hubspot", "hubspot_unsubscribes_and_bounces.csv", "", ["left all", "left", "barred", "barred", "barred", "left"]),
        ("klaviyo", "klaviyo_list.csv", "", ["may", "left", "barred", "barred", "known", "barred", "barred"]),
        ("brevo", "brevo_contacts.csv", "", ["may", "left all", "may", "known", "left all", "known"]),
        ("brevo", "brevo_contacts.csv", "subscribed", ["may", "left all", "may", "may", "left all", "known"]),
        ("listmonk", "listmonk_subscribers.csv", "subscribed", ["may", "left all", "known"]),
        ("mailchimp", "unsubscribed_email_audience_export_0a1b2c3d4e.csv", "", ["left"]),
        ("mailchimp", "cleaned_email_audience_export_0a1b2c3d4e.csv", "", ["refused", "barred"]),
    ],
)
def test_each_stands_as_their_tool_says(shop, taken, tool, name, state, words):
    taken(tool, name, state)
    assert [word(shop, f"{one}@example.com") for one in PEOPLE[: len(words)]] == words


def test_moments_as_listmonk_writes_them_are_read(shop, taken):
    taken("listmonk", "listmonk_subscribers.csv", "subscribed")
    gone = ConsentNow.within(shop).get(state="withdrawn", purpose="newsletter")
    assert gone.at == datetime(2024, 6, 1, 9, 0, 0, 654321, tzinfo=UTC)


def test_the_reason_that_somebody_wrote_comes_along(shop, taken):
    taken("mautic", "mautic_report_do_not_contact.csv", "subscribed")
    assert {line.email: line.reason for line in lines(shop, "newsletter") if line.reason}[
        "ann@example.com"
    ] == "User unsubscribed via the link"


def test_a_column_in_another_language_that_may_say_that_they_left_makes_nobody_mailable(shop, taken, tmp_path):
    assert taken("hubspot", "hubspot_contacts_de.csv", "subscribed").refused == 1
    (heads, line) = (tmp_path / "refused.csv").read_text().splitlines()
    assert line.startswith("2,")
    assert "von allen e-mails abgemeldet" in line, heads
