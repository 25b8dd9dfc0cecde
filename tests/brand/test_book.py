from datetime import UTC, datetime

import pytest

from duologue.brand.book import queries
from duologue.brand.book.actions import save_book
from duologue.brand.book.models import BookVersion
from duologue.brand.book.rules import Book, read_book
from duologue.brand.personas.actions import save_persona
from duologue.brand.personas.models import Persona
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
        ("name: Ribbon", "nmae: Ribbon", "did you mean 'name'?"),
    ],
)
def test_mistakes_in_the_book(old, new, sentence):
    with pytest.raises(Mistakes) as found:
        read_book(TEXT.replace(old, new))
    assert sentence in str(found.value)


def test_a_persona_is_kept_under_its_name(workspace):
    persona = read_persona("persona: gift-giver\ntitle: The gift giver\nwants: [a card]\nsegment: buyers\n")
    save_persona(workspace=workspace, persona=persona)
    save_persona(workspace=workspace, persona=persona)
    row = Persona.within(workspace).get()
    assert (row.title, row.segment, row.data) == ("The gift giver", "buyers", {"wants": ["a card"]})
