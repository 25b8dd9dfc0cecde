"""What people say stands in letters, as long as they allow it: when it leaves, and when it is read again in the browser."""

from datetime import timedelta

import pytest

from duologue.engage.contributions.models import Contribution
from duologue.engage.contributions.queries import shown
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.keeping import web_version
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.queries import render_preview
from duologue.kit.yaml import Mistakes
from duologue.people.consent.actions import NewStatement, save_purpose, state
from tests.engage.messages.test_keeping import left

LETTER = """
message: praised
subject: What others say
voices: {most: 2}
body: |
  Good day.

  {% voices %}

  Until soon.
"""


@pytest.fixture
def voices(shop, person, now):
    """Two people who gave something, and a way for each to allow it or take that back."""
    save_purpose(workspace=shop, name="voices", title="Showing what you say", shows=True)
    people = {"ann": person(11), "ben": person(12)}

    def says(who, what, at=now):
        statement = NewStatement(people[who], "public", "voices", what, at, "test", "You may show it.")
        state(workspace=shop, statements=[statement], now=at)

    about = {"workspace": shop, "state": "published", "purpose": "voices", "survey": "your-words"}
    Contribution._rows.create(
        **about, profile_id=people["ann"], kind="review", text="Worth <b>every</b> step.", stars=4, shown_as="Ann", came_at=now
    )
    Contribution._rows.create(**about, profile_id=people["ben"], kind="photo", shown_as="Ben", came_at=now - timedelta(hours=1))
    says("ann", "granted")
    says("ben", "granted")
    return says


def test_a_letter_shows_what_is_allowed_when_it_leaves_and_its_page_what_still_is(shop, person, delivery, now, voices):
    actions.save_message(workspace=shop, name="praised", source=LETTER, now=now)
    photo = f"/at/{shop.name}/voices/{Contribution.within(shop).get(kind='photo').pk}.jpg"
    actions.plan(workspace=shop, deliveries=[delivery(person(1), message="praised")], now=now)
    assert tasks.send_due(shop, now) == 1
    html = left(shop)
    assert [part for part in ("Worth &lt;b&gt;every&lt;/b&gt; step.", "★★★★☆", "Ann", photo, "Until soon") if part not in html] == []
    first = Delivery.within(shop).get()
    assert "★★★★☆" in web_version(shop, first.pk)
    voices("ann", "withdrawn", now + timedelta(hours=1))
    page = web_version(shop, first.pk)
    assert ("Worth" in page, "★" in page, photo in page, "Until soon" in page) == (False, False, True, True)
    actions.plan(workspace=shop, deliveries=[delivery(person(2), message="praised", turn="again")], now=now + timedelta(hours=2))
    assert tasks.send_due(shop, now + timedelta(hours=2)) == 1
    assert ("Worth" in left(shop), photo in left(shop)) == (False, True)
    voices("ben", "withdrawn", now + timedelta(hours=3))
    assert photo not in web_version(shop, first.pk)
    example = render_preview(shop, "praised")
    assert "will stand here, once it may be shown" in example.html
    assert "will stand here, once it may be shown" in example.text
    assert [row.pk for row in shown(shop)] == []


def test_a_block_shows_one_survey_and_only_a_few(shop, now, voices):
    assert [row.kind for row in shown(shop, survey="your-words", most=1)] == ["review"]
    assert shown(shop, survey="another") == []
    with pytest.raises(Mistakes, match="`most` of `voices` is 1 to 6"):
        actions.save_message(workspace=shop, name="praised", source=LETTER.replace("most: 2", "most: 9"), now=now)
