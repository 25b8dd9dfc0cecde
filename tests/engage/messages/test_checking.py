"""What a message is looked through for, and trial letters that touch nobody."""

import re

import pytest

from duologue.engage.messages import lacking
from duologue.engage.messages.actions import save_message
from duologue.engage.messages.checks import check_message
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.rules.checking import Letter, findings
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.strategize.dialogues.actions import publish, save_draft
from duologue.strategize.segments.actions import save_segment, sweep
from duologue.strategize.segments.models import Segment

FINE = Letter(
    subject="Spring is here",
    preview="And we kept some for you",
    html='<p>Hello</p><a href="https://s.example">Our spring</a><a href="https://d.example/u/x">Unsubscribe</a>',
    text="Hello",
    links=("https://s.example",),
)
LOOK = Look("Shop", accent="#1f5fbf", ink="#1a1c1f", paper="#ffffff")


def said(look=LOOK, **changed):
    values = {name: getattr(FINE, name) for name in Letter.__dataclass_fields__}
    return [(one.tone, one.says) for one in findings(Letter(**values | changed), look)]


def test_a_letter_with_nothing_to_mend():
    assert said() == []


@pytest.mark.parametrize(
    ("changed", "tone", "says"),
    [
        ({"links": ()}, "warn", "There is no link in it."),
        ({"links": ("shop.example/a",)}, "bad", "“shop.example/a” is no address that opens."),
        ({"links": ("http://localhost/a",)}, "bad", "“http://localhost/a” leads to this machine."),
        ({"html": FINE.html.replace("Our spring", "click here")}, "warn", "A link says only “click here”."),
        ({"missing": ("person.first_name",)}, "warn", "person.first_name is not known of this reader."),
        ({"html": FINE.html + '<img src="https://s.example/a.png">'}, "warn", "The picture a.png has no text."),
        (
            {"html": FINE.html + '<img src="https://s.example/a.png" alt="a" width="3000">'},
            "warn",
            "The picture a.png is 3000 pixels wide.",
        ),
        ({"html": FINE.html + " " * 102_000}, "bad", "It is 102 kB long; Gmail shows the first 102 kB, and hides the way to unsubscribe."),
        ({"subject": "GREAT NEWS FOR ALL"}, "warn", "The subject is in capitals."),
        ({"text": "Act now, risk-free"}, "warn", "Filters dislike “act now”, “risk-free”."),
        ({"preview": ""}, "warn", "There is no line beside the subject."),
        ({"html": "<p>Hello</p>"}, "bad", "There is no way to unsubscribe in it."),
    ],
)
def test_what_is_found(changed, tone, says):
    assert (tone, says) in said(**changed)


def test_a_way_out_is_asked_of_promotion_alone():
    assert said(html="<a href='https://s.example'>Our spring</a>", is_promotion=False) == []


def test_colours_that_few_can_read():
    found = said(Look("Shop", accent="#ffee88", on_accent="#000000", ink="#9a9c9f", paper="#ffffff"))
    assert [says for _, says in found] == [
        "A text (#9a9c9f on #ffffff) has a contrast of 2.8.",
        "A footer (#9a9c9f on #f3f4f6) has a contrast of 2.5.",
    ]


@pytest.mark.django_db
def test_every_language_and_variant_is_looked_through(shop, now):
    source = """
message: spring
purpose: promotions
subject: Spring is here
preview: And we kept some for you
body: "[Our spring](https://shop.example/spring)"
variants:
  second: {subject: "BUY IT, BUY IT NOW!!"}
locales:
  de: {subject: Frühling, body: "Nur heute, ganz ohne Link"}
  fr: {subject: "PRINTEMPS POUR TOUS"}
"""
    save_message(workspace=shop, name="spring", source=source, now=now)
    assert sorted(finding.says for finding in check_message(shop, "spring")) == [
        "In de: Filters dislike “nur heute”.",
        "In de: There is no link in it.",
        "In fr, variant second: The subject is in capitals.",
        "In variant second: The subject has several exclamation marks.",
    ]


NAMED = """
message: spring
purpose: promotions
subject: For {{ person.called }}
preview: And we kept some for you
body: |
  [Our spring](https://shop.example/spring) {% if person.topic.tea %}Tea!{% endif %} {{ person.city | default: "there" }} {{ person.tonw }}
fallback: {person.called: friend, person.tonw: town}
"""


def counted(shop, name, now):
    sweep(workspace=shop, segment=Segment.within(shop).get(name=name), now=now)


def values_of(shop, **more):
    return [(one.tone, one.says, one.do) for one in check_message(shop, "spring", **more) if one.about == "values"]


@pytest.fixture
def four(shop, person, now):
    """Four people: two with a name to call them by, one with a placeholder, one whose city is known."""
    save_message(workspace=shop, name="spring", source=NAMED, now=now)
    persons = [person(number) for number in range(4)]
    said = [(0, "first_name", "ANN"), (1, "name", "Bo Berg"), (2, "first_name", "test"), (3, "city", "Ghent"), (3, "topic.tea", True)]
    learn(workspace=shop, facts=[NewFact(persons[who], key, value, "form", now) for who, key, value in said], now=now)
    return persons


@pytest.mark.django_db
def test_where_no_reader_is_chosen_those_it_is_for_are_counted(shop, four, now):
    assert values_of(shop) == [
        (
            "warn",
            "4 of 4 have no tonw.",
            "That is everybody: is person.tonw what the fact is called? They read “town” in its place; does the sentence hold?",
        ),
        ("warn", "3 of 4 have no city.", "They read what the text says without it; does the sentence hold?"),
        ("warn", "2 of 4 have no name to call them by.", "They read “friend” in its place; does the sentence hold?"),
    ]
    assert [says for _, says, _ in values_of(shop, person=four[0])] == [
        "person.city is not known of this reader.",
        "person.tonw is not known of this reader.",
        "person.topic.tea is not known of this reader.",
    ]


@pytest.mark.django_db
def test_the_audience_of_the_dialogue_that_says_it_is_looked_at(shop, four, now):
    save_segment(workspace=shop, name="told", source_yaml="segment: told\nwhere: {person.city: {known: true}}\n", now=now)
    counted(shop, "told", now)
    plan = "dialogue: news\npurpose: promotions\naudience: told\nturns:\n  hello: {say: spring, by: [email], then: end}\n"
    save_draft(workspace=shop, name="news", source=plan)
    publish(workspace=shop, name="news", now=now, pins={"messages": {"spring": 1}})
    assert [says for _, says, _ in values_of(shop)] == ["1 of 1 in told have no name to call them by.", "1 of 1 in told have no tonw."]
    save_segment(workspace=shop, name="all", source_yaml="segment: all\nwhere: {not: {person.never: {known: true}}}\n", now=now)
    assert values_of(shop, audience="all") == []  # it was never counted, so nobody knows who that is
    counted(shop, "all", now)
    assert "3 of 4 in all have no city." in [says for _, says, _ in values_of(shop, audience="all")]


@pytest.mark.django_db
def test_of_many_people_a_sample_from_all_over_is_looked_at_in_few_queries(shop, four, now, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(lacking, "ALL", 50)
    monkeypatch.setattr(lacking, "SAMPLE", 40)
    monkeypatch.setattr(lacking, "SLICES", 10)
    profiles = add(workspace=shop, seen_at=[now] * 200)
    learn(workspace=shop, facts=[NewFact(one, "city", "Ghent", "form", now) for one in profiles[::2]], now=now)
    save_segment(workspace=shop, name="all", source_yaml="segment: all\nwhere: {not: {person.never: {known: true}}}\n", now=now)
    counted(shop, "all", now)
    with django_assert_num_queries(4):  # the segment, its members, who they are, what is known of them
        list(lacking.lacking(shop, {"person.city", "person.called"}, ["all"]))
    said = [says for _, says, _ in values_of(shop, audience="all")]
    [city] = [one for one in said if "no city" in one]
    assert re.fullmatch(r"About (4\d|5\d)% of the 204 in all have no city \(\d\d of (39|40) looked at\)\.", city)
    assert any(re.fullmatch(r"About \d+% of all have no city \(\d\d of \d\d looked at\)\.", says) for _, says, _ in values_of(shop))
