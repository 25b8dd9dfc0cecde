"""What a message is looked through for, and trial letters that touch nobody."""

import pytest

from duologue.engage.messages.actions import save_message
from duologue.engage.messages.checks import check_message
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.rules.checking import Letter, findings

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
