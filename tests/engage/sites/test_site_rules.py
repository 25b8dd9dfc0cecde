"""What a site may say, in which language it is shown, and what changed between two versions: pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.engage.sites.queries import changes
from duologue.engage.sites.rules.language import chosen
from duologue.engage.sites.rules.page import forms_of, read_site, said_in
from duologue.engage.sites.values import html, line, values_of
from duologue.kit.yaml import Mistakes

BOTH = """
site: tea
title: Tea
blocks: [{text: "# Hello"}, {form: letter}, {quote: Best tea., by: Ada}, {button: To the shop, to: "https://shop.example"}, {form: advice}]
forms:
  letter: {asks: [email], consent: {newsletter: Yes please}, button: Sign up}
  advice: {asks: [phone, city], thanks: We ring you.}
locales:
  de: {title: Tee, forms: {letter: {consent: {newsletter: Ja bitte}, button: Anmelden}}}
"""


def test_a_page_may_hold_several_forms_and_say_itself_in_other_languages():
    site = read_site(BOTH)
    assert list(forms_of(site)) == ["letter", "advice"]
    german = said_in(site, "de")
    assert (german.title, german.blocks) == ("Tee", site.blocks)
    letter, advice = forms_of(german).values()
    assert (letter.button, letter.consent, advice.thanks) == ("Anmelden", {"newsletter": "Ja bitte"}, "We ring you.")
    assert said_in(site, "fr") == site
    assert forms_of(read_site("site: a\ntitle: A\nasks: []\n")) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("asks: [email]\nforms: {a: {}}\n", "says `asks` in each of them"),
        ("blocks: [{text: A, quote: B}]\n", "A block is one of text, picture, quote, button, form"),
        ("blocks: [{picture: 'https://a.example/b.png'}]\n", "`says` what it shows"),
        ("blocks: [{button: Go, to: 'javascript:alert(1)'}]\n", "begins with https://"),
        ("blocks: [{form: other}]\n", "There is no form 'other'"),
        ("forms: {a: {}}\nblocks: [{form: a}, {form: a}]\n", "stands on the page twice"),
        ("forms: {a: {asks: [first_name]}}\n", "asks first for an address"),
        ("locales: {nowhere-at-all: {title: B}}\n", "is no language"),
        ("locales: {de: {forms: {b: {button: B}}}}\n", "no form 'b' on this site"),
    ],
)
def test_what_a_page_cannot_be_is_refused_with_its_sentence(text, says):
    with pytest.raises(Mistakes, match=says):
        read_site(f"site: a\ntitle: A\n{text}", "sites/a.yaml")


@pytest.mark.parametrize(
    ("asked", "person", "accept", "shown"),
    [
        ("", "", "", "en"),
        ("", "", "fr, de;q=0.8, en;q=0.5", "de"),
        ("", "", "de;q=0, en;q=0.2", "en"),
        ("", "", "pt", "pt-BR"),
        ("", "", "de-AT;q=x, de-CH", "de"),
        ("", "de-AT", "en", "de"),
        ("en", "de", "de", "en"),
        ("xx", "", "", "en"),
    ],
)
def test_the_language_asked_for_comes_first_then_the_persons_then_the_browsers(asked, person, accept, shown):
    assert chosen(["en", "de", "pt-BR"], asked=asked, person=person, accept=accept) == shown


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=200))
def test_whatever_is_asked_for_a_language_of_the_page_is_shown(asked, person, accept):
    assert chosen(["en", "de"], asked=asked, person=person, accept=accept) in {"en", "de"}


@given(st.text(alphabet=st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)), min_size=1, max_size=60))
def test_what_is_known_of_a_person_is_never_markup(name):
    made = html("Hello **{{ person.first_name }}**", values_of({"first_name": name}, {}, {}))
    assert made.count("<") == 4
    assert "<strong>" in made


def test_what_is_not_known_is_stood_in_for():
    known = values_of({"first_name": None}, {"person.first_name": "friend"}, {"name": "Tea"})
    assert line("{{ person.first_name }} of {{ brand.name }}", known) == "friend of Tea"


def test_what_changed_is_said_line_by_line():
    assert changes("a\nb\nc\nd\ne\nf\ng", "a\nB\nc\nd\ne\nf\nG") == [
        ("", "a"), ("-", "b"), ("+", "B"), ("", "c"), ("…", ""), ("", "f"), ("-", "g"), ("+", "G"),
    ]  # fmt: skip
    assert changes("a", "a") == []
