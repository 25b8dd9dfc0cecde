import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.brand.book.rules import read_book
from duologue.brand.wording.rules.ease import hard, score, sentences, syllables
from duologue.brand.wording.rules.lines import line_of
from duologue.brand.wording.rules.passages import Passage, bare
from duologue.brand.wording.rules.reading import read
from duologue.brand.wording.rules.requests import options, products, questions, requests
from duologue.kit.yaml import read_yaml

BOOK = read_book("""name: Ribbon & Pine
voice: {tone: Plain, never_says: {cheap: good value, hurry: "", last chance: ""}}
never_about: [religion, {politics: [election, Wahl]}]
promises:
  - {name: in-time, says: Nine of ten parcels arrive in two days., proof: "Counted by the post in 2025: 9 of 10."}
  - {name: finest, says: The finest ribbon in the world.}
""")


def said(text, language="en", book=BOOK):
    return [(one.about, one.quote) for one in read([Passage("body", text, language)], book)]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("It is CHEAP, this ribbon", "en", [("avoided word", "CHEAP")]),
        ("It is cheaper by post", "en", []),
        ("Your last\nchance", "en", [("avoided word", "last\nchance")]),
        ("[Look](https://shop.example/cheap) {{ cheap }}", "en", []),
        ("Vote in the elections", "en", [("banned topic", "elections")]),
        ("Vor den Wahlen ist nach den Wahlen", "de", [("banned topic", "Wahlen"), ("banned topic", "Wahlen")]),
        ("Die Auswahl ist groß", "de", []),
        ("The best ribbon there is", "en", [("claim", "The best")]),
        ("Best wishes from Ada, at your request", "en", []),
        ("the latest news for our guest, in the forest", "en", []),
        ("our softest ribbon", "en", [("claim", "our softest")]),
        ("the finest ribbon", "en", [("claim", "the finest")]),  # its promise has no proof
        ("9 of 10 parcels arrive in time", "en", []),  # proved
        ("8 out of 10 would buy again", "en", [("claim", "8 out of 10")]),
        ("10 % off, and 100 % cotton", "en", []),
        ("93% of readers recommend us", "en", [("claim", "93%")]),
        ("Loved by 12,000 happy customers", "en", [("claim", "12,000 happy customers")]),
        ("dinner for 4 people", "en", []),
        ("Garantiert das schönste Band", "de", [("claim", "Garantiert"), ("claim", "das schönste")]),
        ("Mit den besten Grüßen an unsere Gäste, am liebsten bald", "de", []),
        ("Das beste Band", "de", [("claim", "Das beste")]),
        ("Your unique code, leading to the only shop", "en", [("claim", "the only shop")]),
        ("Die erste Liste, das letzte Fest", "de", []),
        ("Le meilleur ruban, 93 % of all", "fr", [("claim", "93 %")]),
    ],
)
def test_words_are_found_where_they_stand(text, language, found):
    assert said(text, language) == found


def test_a_finding_says_what_where_and_what_to_do():
    one, other = read([Passage("email.body", "So cheap,\nand the finest.\n", "en")], BOOK)
    assert (one.tone, one.says, one.do) == ("bad", "The brand never says “cheap”.", "Say “good value” instead.")
    assert (one.before, one.quote, one.after, one.start, one.end) == ("So ", "cheap", ",", 3, 8)
    assert other.do == "The promise finest says so, but has no proof yet: write its `proof` into the brand book."
    (later,) = read([Passage("locales.de.body", "Much later: cheap", "en")], BOOK)
    assert later.mark == one.mark != other.mark


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("ribbon", "en", 2), ("made", "en", 1), ("table", "en", 2), ("boxes", "en", 2), ("wanted", "en", 2), ("looked", "en", 1),
        ("beautiful", "en", 3), ("rhythm", "en", 1), ("I", "en", 1), ("parcels", "en", 2),
        ("Schleife", "de", 2), ("Geschenkpapier", "de", 4), ("Häuser", "de", 2), ("quer", "de", 1), ("Freude", "de", 2), ("See", "de", 1),
    ],
)  # fmt: skip
def test_syllables(word, language, count):
    assert syllables(word, language) == count


def test_reading_ease_is_that_of_the_formulas():
    six = sentences("The cat sat on the mat.", "en")
    assert score(six, "en") == pytest.approx(206.835 - 1.015 * 6 - 84.6)
    assert score(sentences("Die Katze saß auf der Matte.", "de"), "de") == pytest.approx(180 - 6 - 58.5 * 8 / 6)


def test_a_hard_text_is_marked_at_its_hardest_sentence():
    heavy = (
        "Notwithstanding considerable organisational complications, international transportation administration necessitates documentation."
    )
    text = f"We send it soon. {heavy} " + "It is on its way to you now. " * 3 + heavy
    (one,) = list(hard(Passage("body", text, "en", is_long=True)))
    assert one.quote == heavy
    assert one.says.startswith("It is hard to read: ")
    assert list(hard(Passage("body", text, "fr", is_long=True))) == list(hard(Passage("subject", text, "en"))) == []
    (long,) = list(hard(Passage("body", "Come " + "and see us " * 12 + ". Bye now.", "en", is_long=True)))
    assert long.says == "This sentence has 37 words; 30 are many."


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Hello\n\n[Order](https://a.example/1)\n\nBye", []),
        ("[Order](https://a.example/1)\n\nor\n\n[Book a table](https://a.example/2)\n", ["requests"]),
        ("[Order](https://a.example/1)\n\nor\n\n[Order now](https://a.example/1)\n", []),
        ("{% if person.vip %}\n[Order](https://a.example/1)\n{% else %}\n[Look](https://a.example/2)\n{% endif %}\n", []),
        ("See [a](https://a.example/1), [b](https://a.example/2) or [c](https://a.example/3).", ["requests"]),
        ("\n\n".join(f"See [{n}](https://a.example/{n})." for n in range(6)) + "\n\n[Go](https://a.example/0)", ["options"]),
        ('<mj-button href="https://a.example/1">A</mj-button><mj-button href="https://a.example/2">B</mj-button>', ["requests"]),
        ("[Stop]({{ link.unsubscribe }})\n\n[Write](mailto:a@b.example)\n\n[Go](https://a.example/0)", []),
    ],
)
def test_one_main_request(text, about):
    assert [one.about for one in requests(Passage("body", text, "en"))] == about


def test_few_products_and_options():
    assert [one.about for one in (*products("items", 8), *options("q", "Which?", 9), *questions("questions", "T", 12))] == [
        "products", "options", "options",
    ]  # fmt: skip
    assert [*products("items", 4), *options("q", "Which?", 7), *questions("questions", "T", 8)] == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("body: |\n  One.\n  It is cheap, so cheap.\n  And cheap.\n", [3, 3, 4]),
        ("body: >-\n  It is\n  cheap and\n  cheap.\n", [3, 4]),
        ('about: cheap\nbody: "So cheap"\n', [2]),
    ],
)
def test_a_finding_knows_its_line(text, line):
    document = read_yaml(text, "x.yaml")
    passage = document.data["body"]
    assert [line_of(one, document, text, passage) for one in read([Passage("body", passage, "en")], BOOK)] == line


@given(st.text(alphabet=st.sampled_from('ab #[](){}%<>!-\n"*_`.1e9 cheap')), st.sampled_from(["en", "de", "", "fr"]))
def test_markup_goes_and_every_place_stays(text, language):
    assert len(bare(text)) == len(text)
    passage = Passage("body", text, language, is_long=True)
    for one in (*read([passage], BOOK), *requests(passage)):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.quote
        assert one.quote.strip()
