"""Who a list made mailable: what the tests of lists look at."""

from datetime import UTC, datetime, timedelta

from duologue.people.consent.queries import standing, suppressed
from duologue.people.identifiers.queries import find
from duologue.people.profiles.queries import persons_of

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LAST_WEEK = NOW - timedelta(days=7)
MAILCHIMP = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP"


def person(shop, email):
    profile = find(shop, "email", email)
    return persons_of(shop, [profile])[profile]


def may(shop, email, purpose="newsletter"):
    if email in suppressed(shop, "email", [email]):
        return False
    one = person(shop, email)
    return standing(shop, [one])[one].may("email", purpose)
