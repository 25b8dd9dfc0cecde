"""Letters that everybody may read show nobody in particular: no products of one moment, and nobody's words."""

import pytest
from django.test import Client

from duologue.engage.contributions.models import Contribution
from duologue.engage.messages.actions import save_message
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.web.public import letters
from tests.engage.runs.conftest import shop  # noqa: F401 - a shop with people on a virtual clock

DIALOGUE = """
dialogue: praise
purpose: promotions
audience: tea
archive: true
starts: {at: "2026-01-05 13:00"}
clock: workspace
turns:
  letter: {say: praised, listen: [{silence: 14d, then: end}]}
"""
BODY = "Good day.\n\n{% for one in voices %}{{ one.text }} by {{ one.by }}{% endfor %}\n\nUntil soon."
MJML = """<mjml><mj-body><mj-section><mj-column><mj-text>Good day.</mj-text><mj-text>
{% for one in voices %}{{ one.text }} by {{ one.by }}{% endfor %}</mj-text><mj-text>Until soon.</mj-text>
</mj-column></mj-section></mj-body></mjml>"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("email", [{"subject": "Praise", "body": BODY}, {"subject": "Praise", "mjml": MJML}])
@pytest.mark.parametrize("given", [True, False])
def test_nobodys_words_stand_in_a_letter_that_everybody_may_read(shop, email, given):  # noqa: F811
    ann, *others = shop.add_people(3)
    if given:
        save_purpose(workspace=shop.workspace, name="voices", title="Showing", shows=True)
        yes = NewStatement(ann, "public", "voices", "granted", shop.now, "test", "You may show it.")
        state(workspace=shop.workspace, statements=[yes], now=shop.now)
        about = {"profile_id": ann, "purpose": "voices", "text": "Worth every step", "shown_as": "Ann", "came_at": shop.now}
        Contribution._rows.create(workspace=shop.workspace, state="published", kind="quote", **about)
    shop.segment("tea", others)
    save_message(workspace=shop.workspace, name="praised", source={"voices": {"most": 2}, "email": email}, now=shop.now)
    shop.dialogue(DIALOGUE)
    shop.advance(hours=3)
    letters.forget()
    page = Client().get("/at/shop/letters/praise/1").text
    feed = Client().get("/at/shop/letters/feed.xml").text
    for text in (page, feed):
        assert ("Good day" in text, "Until soon" in text) == (True, True)
        assert ("Worth every step" in text, "will stand here" in text, " by " in text) == (False, False, False)
