from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from PIL import Image

from duologue.cli.worker.once import turn_the_wheel
from duologue.engage.care.actions import save_care
from duologue.engage.contributions.actions import NewContribution, contribute, decline, publish
from duologue.engage.contributions.models import Contribution, Photo
from duologue.engage.contributions.personal import ContributionData
from duologue.engage.contributions.photos import NotTaken, take_photo
from duologue.engage.contributions.queries import public_photo, shown
from duologue.engage.conversations.leaving import say_why
from duologue.engage.conversations.origin import origin_of
from duologue.engage.conversations.replies import NewReply, take_in_reply
from duologue.engage.messages.models import Delivery
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.consent.models import ConsentStatement
from duologue.platform.audit.models import AuditEntry
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from tests.engage.contributions.pictures import a_photo
from tests.engage.conversations.conftest import anna, delivery, now  # noqa: F401 - fixtures

DAY = timedelta(days=1)
WORDS = "survey: your-words\nquestions: {quote: {ask: What would you tell a friend?, kind: quote, fills: {consent: voices}}}\n"


def commit():
    """Number the batches of the timeline, as the end of a transaction does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS people_number_batch IMMEDIATE; SET CONSTRAINTS people_number_batch DEFERRED")


@pytest.fixture
def says(workspace, anna, now):  # noqa: F811
    """Have her agree to what she gave being shown, or take that back."""
    save_purpose(workspace=workspace, name="voices", title="Showing what you say", shows=True)

    def said(what, at=now, **proof):
        statement = NewStatement(anna, "public", "voices", what, at, "test", "You may show it.", proof)
        state(workspace=workspace, statements=[statement], now=at)

    return said


@pytest.fixture
def gives(workspace, anna, delivery, now):  # noqa: F811
    def given(question="quote", at=now, **what):
        one = NewContribution(anna, "your-words", question, delivery.pk, "voices", **what)
        return contribute(workspace=workspace, given=[one], now=at)[0]

    return given


@pytest.fixture
def publishes(workspace, now):  # noqa: F811
    """Have a colleague show what they see there now, or what they saw before."""

    def published(contribution, shown_as, seen=""):
        seen = seen or Contribution.within(workspace).get(pk=contribution).came_at.isoformat()
        publish(workspace=workspace, contribution=contribution, seen=seen, shown_as=shown_as, staff=None, now=now)

    return published


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_of_a_photo_only_the_picture_is_kept_upright_and_no_larger_than_needed(kind):
    photo = take_photo(a_photo(2400, 1200, kind, turned=True))
    kept = Image.open(BytesIO(photo.content))
    tall = kind != "PNG"  # which says nothing of how it was held
    assert (kept.format, kept.size, kept.size) == ("JPEG", (800, 1600) if tall else (1600, 800), (photo.width, photo.height))
    assert not kept.getexif()
    assert b"somebody" not in photo.content


@pytest.mark.parametrize(
    "raw", [b"", b"GIF89a", b"\xff\xd8\xff\xe0 broken", b"<svg xmlns='http://www.w3.org/2000/svg'/>", a_photo(40, 40)[:300]]
)
def test_what_is_no_photo_by_its_content_is_refused(raw):
    with pytest.raises(NotTaken, match="not_a_photo"):
        take_photo(raw)


def plain(kind, width, height, **how):
    out = BytesIO()
    Image.new("1" if kind == "PNG" else "L", (width, height)).save(out, kind, **how)
    return out.getvalue()


def test_a_photo_of_48_megapixels_as_telephones_make_them_is_taken():
    photo = take_photo(plain("JPEG", 8064, 6048, quality=10))
    assert (photo.width, photo.height) == (1600, 1200)


def test_what_would_not_fit_into_memory_is_refused():
    large = plain("JPEG", 16, 16).replace(b"\x00\x10\x00\x10\x01", b"\x24\xea\x24\xea\x01")  # says it is 9450 pixels wide and high
    apart = (
        a_photo(16, 16).replace(b"\x00\x10\x00\x10\x03", b"\x17\x70\x17\x70\x03").replace(b"\xff\xda\x00\x0c\x03", b"\xff\xda\x00\x08\x01")
    )
    kinds = (apart, plain("PNG", 6000, 6000), plain("JPEG", 6000, 4200, quality=10, progressive=True), large)
    for raw in (*kinds, b"\xff" * 15_000_001):
        with pytest.raises(NotTaken, match="photo_too_large"):
            take_photo(raw)


def test_nothing_is_shown_without_permission_and_only_as_long_as_it_holds(workspace, gives, says, publishes, now):  # noqa: F811
    photo = gives("photo", photo=take_photo(a_photo(60, 40)))
    with pytest.raises(Refused, match="have not agreed"):
        publishes(photo, "Anna")
    says("granted")
    publishes(photo, "Anna")
    assert [one.shown_as for one in shown(workspace)] == ["Anna"]
    assert public_photo(workspace, photo)
    says("withdrawn", now + DAY)
    assert (shown(workspace), public_photo(workspace, photo)) == ([], None)  # at once, before anybody has read the timeline
    commit()
    turn_the_wheel(workspace, now + DAY)
    assert (Contribution.within(workspace).get().state, Photo.within(workspace).count()) == ("withdrawn", 0)
    with pytest.raises(Refused, match="taken it back"):
        publishes(photo, "Anna")


def test_what_is_declined_goes_after_its_time_and_what_is_given_anew_waits_again(workspace, gives, says, publishes, now):  # noqa: F811
    save_care(workspace=workspace, source="contributions: {declined: 7d}\n", now=now)
    says("granted")
    first, other = gives(text="Lovely", stars=5), gives("other", text="Fine")
    assert Contribution.within(workspace).get(pk=first).kind == "review"
    publishes(first, "")
    assert gives(text="Not so lovely", stars=2) == first
    assert shown(workspace) == []
    with pytest.raises(Refused, match="Say why"):
        decline(workspace=workspace, contribution=other, reason=" ", staff=None, now=now)
    decline(workspace=workspace, contribution=other, reason="Names a neighbour", staff=None, now=now)
    turn_the_wheel(workspace, now + 6 * DAY)
    assert Contribution.within(workspace).count() == 2
    turn_the_wheel(workspace, now + 7 * DAY)
    assert Contribution.within(workspace).get().pk == first
    assert AuditEntry.objects.filter(action="forget contributions", subject="contributions: 1").count() == 1


def test_a_withdrawal_takes_back_what_came_before_it_not_what_was_given_after_a_new_yes(workspace, anna, delivery, gives, says, now):  # noqa: F811
    says("granted")
    first = gives(text="Lovely")
    says("withdrawn", now + DAY)
    says("granted", now + 2 * DAY)
    later = gives("other", now + 2 * DAY, text="Lovely again")
    commit()
    turn_the_wheel(workspace, now + 2 * DAY)  # which reads of the withdrawal only now
    assert dict(Contribution.within(workspace).values_list("pk", "state")) == {first: "withdrawn", later: "waiting"}


def test_why_somebody_left_is_not_asked_of_what_they_took_back(workspace, anna, delivery, says, now):  # noqa: F811
    for channel, purpose in (("public", "voices"), ("email", "promotions")):
        proof = {"delivery": delivery.pk}
        said = NewStatement(anna, channel, purpose, "withdrawn", now, "preference page", "", proof)
        state(workspace=workspace, statements=[said], now=now)
    assert say_why(workspace=workspace, origin=origin_of(workspace, delivery.pk), reason="other", now=now + DAY)
    said = ConsentStatement.within(workspace).filter(profile=anna, proof__reason="other")
    assert list(said.values_list("channel", flat=True)) == ["email"]


def test_what_was_given_anew_is_shown_only_once_it_was_looked_at(workspace, gives, says, publishes, now):  # noqa: F811
    says("granted")
    one = gives(text="Lovely")
    seen = Contribution.within(workspace).get(pk=one).came_at.isoformat()
    gives(at=now + DAY, text="Something rude")
    with pytest.raises(Refused, match="something else in its place"):
        publishes(one, "Anna", seen)
    assert shown(workspace) == []
    publishes(one, "Anna")
    assert [other.text for other in shown(workspace)] == ["Something rude"]


def test_a_reply_to_a_letter_that_asks_for_a_quote_is_one_and_needs_a_yes_to_it(workspace, anna, delivery, says, publishes, now):  # noqa: F811
    says("granted", now - DAY)  # to something else
    version = save_survey(workspace=workspace, survey=read_survey(WORDS), now=now)
    Delivery.within(workspace).update(survey_version=version)
    origin = origin_of(workspace, delivery.pk)
    for ref, intent, text in (("a", "praise", "Best jug I ever had."), ("b", "complaint", "It leaks.")):
        take_in_reply(workspace=workspace, reply=NewReply(anna, anna, "email", text, intent, message_ref=ref), origin=origin, now=now)
    commit()
    for _ in range(2):
        turn_the_wheel(workspace, now)
    one = Contribution.within(workspace).get()
    assert (one.text, one.kind, one.purpose) == ("Best jug I ever had.", "quote", "voices")
    with pytest.raises(Refused, match="have not agreed"):
        publishes(one.pk, "Anna")
    says("granted", now + DAY, question="photo")  # the box beside something else
    with pytest.raises(Refused, match="have not agreed"):
        publishes(one.pk, "Anna")
    says("granted", now + 2 * DAY)
    publishes(one.pk, "Anna")
    assert len(shown(workspace)) == 1
    says("withdrawn", now + 3 * DAY)
    says("granted", now + 4 * DAY, question="photo")
    assert shown(workspace) == []


def test_a_person_gets_it_all_and_on_erasing_nothing_stays(workspace, anna, gives, now):  # noqa: F811
    gives(text="Lovely")
    gives("photo", photo=take_photo(a_photo(60, 40)))
    words, photo = ContributionData().export(workspace=workspace, profiles=[anna])["contributions"]
    assert (words["text"], photo["photo"][:4]) == ("Lovely", "/9j/")
    ContributionData().erase(workspace=workspace, profiles=[anna], now=now)
    assert (Contribution.within(workspace).count(), Photo.within(workspace).count()) == (0, 0)
