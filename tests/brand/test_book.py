from datetime import UTC, datetime

import pytest

from duologue.brand.book import queries
from duologue.brand.book.actions import NoSuchVersion, bring_back, save_book
from duologue.brand.book.changes import Change, changes
from duologue.brand.book.models import BookVersion
from duologue.brand.book.rules import Book, avoided_words, banned_topics, look_findings, on, read_book
from duologue.brand.personas.actions import save_persona
from duologue.brand.personas.models import PersonaVersion
from duologue.brand.personas.queries import personas
from duologue.brand.personas.rules import read_persona
from duologue.kit.yaml import Mistakes

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TEXT = """name: Ribbon & Pine
promises: [{name: in-time, says: It arrives in time., proof: The last dates are on every page.}]
voice: Friendly and exact.
look: {colours: {accent: "#7a2e3a"}}
senders: {email: {name: Rose, address: rose@shop.example}}
footer: 12 Lamb Street, London
"""


def test_the_book_is_kept_in_versions(workspace):
    assert queries.current(workspace) == Book(name="Shop")
    assert save_book(workspace=workspace, book=read_book(TEXT), now=NOW).number == 1
    assert save_book(workspace=workspace, book=read_book(TEXT), now=NOW).number == 1
    save_book(workspace=workspace, book=read_book(TEXT.replace("Rose", "Ada")), now=NOW)
    assert queries.current(workspace).senders["email"].name == "Ada"
    assert BookVersion.within(workspace).get(number=1).data["senders"]["email"]["name"] == "Rose"


def test_an_earlier_version_is_brought_back_as_a_new_one_and_says_by_whom(workspace):
    save_book(workspace=workspace, book=read_book(TEXT), now=NOW, source=TEXT, by="ada@shop.example")
    changed = TEXT.replace("Friendly", "Cool").replace("The last dates are on every page.", "Counted.")
    save_book(workspace=workspace, book=read_book(changed), now=NOW, source=changed, by="ben@shop.example")
    third = bring_back(workspace=workspace, number=1, now=NOW, by="ada@shop.example")
    assert [(row.number, row.by, row.again) for row in BookVersion.within(workspace).order_by("number")] == [
        (1, "ada@shop.example", None),
        (2, "ben@shop.example", None),
        (3, "ada@shop.example", 1),
    ]
    assert queries.source_in_force(workspace) == TEXT
    assert bring_back(workspace=workspace, number=1, now=NOW, by="ada@shop.example").number == third.number
    with pytest.raises(NoSuchVersion):
        bring_back(workspace=workspace, number=9, now=NOW, by="ada@shop.example")
    first, second = BookVersion.within(workspace).filter(number__in=[1, 2]).order_by("number").values_list("data", flat=True)
    assert changes(first, second) == [
        Change(
            "Promise: in-time",
            "says: It arrives in time.; proof: The last dates are on every page.",
            "says: It arrives in time.; proof: Counted.",
        ),
        Change("Voice", "Friendly and exact.", "Cool and exact."),
    ]


def test_a_book_without_a_text_gets_one_that_reads_the_same(workspace):
    save_book(workspace=workspace, book=read_book(TEXT), now=NOW)
    assert read_book(queries.source_in_force(workspace)) == read_book(TEXT)


def test_words_and_topics_stand_alone_or_with_more():
    book = read_book("name: A\nvoice: {never_says: [cheap]}\nnever_about: [religion, {politics: [election]}]\n")
    assert avoided_words(book) == {"cheap": ""}
    assert banned_topics(book) == {"religion": ("religion",), "politics": ("politics", "election")}
    assert avoided_words(read_book("name: A\nvoice: {never_says: {cheap: good value}}\n")) == {"cheap": "good value"}


def test_colours_that_could_not_be_read_are_said():
    look = read_book('name: A\nlook: {colours: {ink: "#999999", paper: "#ffffff", accent: "#ffee88"}}\n').look
    assert [(name, sentence.partition(" has ")[0]) for name, sentence in look_findings(look)] == [
        ("ink", "Text in #999999 on #ffffff (paper)"),
        ("ink", "Text in #999999 on #f3f4f6 (ground)"),
        ("accent", "A link in #ffee88 on #ffffff"),
    ]
    assert look_findings(read_book('name: A\nlook: {colours: {accent: "#1f4d3a"}}\n').look) == []
    assert (on("#ffee88"), on("#1f4d3a")) == ("#000000", "#ffffff")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("#7a2e3a", "red", ":4: 'red' is no colour"),
        ("accent", "acent", ":4: A look knows no colour 'acent'; did you mean 'accent'?"),
        ("rose@shop.example", "rose", ":5: 'rose' is no e-mail address"),
        ("footer: 12 Lamb Street, London\n", "", "needs a `footer`"),
        ("senders:", "commitments: [{says: Rarely, at_most: 2}]\nsenders:", ":5: A commitment on how much at most has both"),
        ("senders:", "commitments: [{says: Rarely, at_most: 2, within: a month}]\nsenders:", ":5: 'a month' is no duration"),
        ("senders:", 'commitments: [{says: Rarely, window: "9-5"}]\nsenders:', ":5: '9-5' is no window"),
        ("senders:", "commitments: [{says: Rarely, channel: sms}]\nsenders:", ":5: `channel` goes with `at_most`"),
        ("says: It arrives in time., ", "", ":2: `promises` needs `says`"),
        ("voice: Friendly and exact.", 'voice: {never_says: {"": fine}}', ":3: A word that is never said is not empty"),
        ("promises: [", "promises: [{name: in-time, says: Soon.}, ", ":2: There are two promises called 'in-time'"),
        ("name: Ribbon", "nmae: Ribbon", "did you mean 'name'?"),
    ],
)
def test_mistakes_in_the_book(old, new, sentence):
    with pytest.raises(Mistakes) as found:
        read_book(TEXT.replace(old, new))
    assert sentence in str(found.value)


def test_a_persona_is_kept_under_its_name(workspace):
    persona = read_persona("persona: gift-giver\ntitle: The gift giver\nwants: [a card]\nsegment: buyers\n")
    save_persona(workspace=workspace, persona=persona, now=NOW)
    save_persona(workspace=workspace, persona=persona, now=NOW)
    row = PersonaVersion.within(workspace).get()
    assert (row.number, personas(workspace)) == (1, [persona])
