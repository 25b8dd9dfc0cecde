"""The function made of a template says what python-liquid says, on every template there is and on many that nobody would write."""

import quopri
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.engage.channels.email.quoted import ready
from duologue.engage.messages.content.compile import compile_content
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.rules.source import contents, read_message
from duologue.engage.templates import liquid
from duologue.engage.templates.called import NotCovered
from duologue.engage.templates.generated import function
from duologue.engage.templates.liquid import ContentFailed, Template
from tests.drawn import drawn

ROOT = Path(__file__).parents[3]
MESSAGES = sorted(path for place in ("duologue", "examples", "tests") for path in (ROOT / place).glob("**/messages/*.yaml"))
VALUES = {
    "person": {
        "first_name": "Ann & Bo",
        "city": "",
        "points": 12,
        "vip": True,
        "since": datetime(2024, 2, 3, tzinfo=UTC),
        "wishes": ["tea", "<mugs>", "käse"],
        "nothing": None,
        "picks": [{"name": f"Thing {n}", "price": n * 1.5, "tags": ["new"] * n, "first": n} for n in range(5)],
        "by_kind": {"tea": 2, "mug": 0},
        "html": "<b>'x'</b>",
    },
    "brand": {"name": "Shop", "website": "https://shop.example"},
    "x": "outer",
    "link": dict(zip(("c1",), ready([("https://d/l/", "1")]), strict=True)),
}
COVERED = """
{{ person.first_name }} and {{ person.city }}{{ person.nothing }}{{ person.missing.deep }}{{ missing }}
{{ person.first_name | default: "you" }}{{ person.city | default: 'a & b' }}{{ person.vip | default: "x", allow_false: true }}
{{ person.first_name | upcase | append: "!" }}{{ person.html | escape }}{{ person.html | strip_html }}{{ person.since | date: "%d.%m." }}
{{ person.wishes }}{{ person.wishes[0] }}{{ person.wishes.first }}{{ person.wishes.last }}{{ person.wishes.size }}{{ person.wishes[9] }}
{{ person.first_name[0] }}{{ person.first_name.size }}{{ person.first_name.first }}{{ person.by_kind[person.wishes.first] }}{{ link.c1 }}
{% for p in person.picks %}{{ forloop.index }}/{{ forloop.length }} {{ p.name }}, {{ p.price | times: 2 | round: 1 }}{% unless forloop.last %}; {% endunless %}{% endfor %}
{% for p in person.picks limit:2 offset:1 %}{{ p.name }}{{ p.first }}{{ p.tags.size }}{% endfor %}{% for p in person.picks reversed %}{{ p.name }}{% endfor %}
{% for p in person.picks %}{% for t in p.tags %}{{ p.name }}{{ t }}{{ forloop.first }}{% endfor %}{{ forloop.rindex0 }}{% endfor %}
{% for p in person.picks %}{% if p.price > 3 %}{% break %}{% endif %}{% if p.price == 0 %}{% continue %}{% endif %}{{ p.name }}{% endfor %}
{% for k in person.by_kind %}{{ k[0] }}={{ k[1] }}{{ k }}{% endfor %}{% for x in person.missing %}a{% else %}none{{ x }}{% endfor %}
{% for i in (1..3) %}{{ i }}{% endfor %}{% for c in person.first_name %}{{ c }}{% endfor %}{{ (1..5) }}
{% for x in person.wishes %}{% for x in person.by_kind %}{{ x }}{% endfor %}{{ x }}{% endfor %}{{ x }}
{% if person.vip and person.points >= 12 %}gold{% elsif person.city == blank %}none{% else %}other{% endif %}
{% if person.city == empty or person.nothing %}a{% endif %}{% if person.missing == nil %}b{% endif %}{% if person.wishes contains "tea" %}c{% endif %}
{% if person.points == 12.0 %}a{% endif %}{% if person.vip == 1 %}b{% endif %}{% if 1 == person.vip %}c{% endif %}{% if person.vip == true %}d{% endif %}
{% unless person.city %}a{% elsif person.vip %}b{% else %}c{% endunless %}{% if person.vip %}  {% endif %}{% if person.vip %} {% assign q = 3 %} {% endif %}{{ q }}
{% assign name = person.first_name | downcase %}{{ name }}{% assign x = "in & ner" %}{{ x }}{% for x in person.wishes %}{{ x }}{% endfor %}{{ x }}
{% if person.missing %}{% assign x = 1 %}{% endif %}{{ x }}{% comment %}{{ x }}{% endcomment %}{% # not said %}{% raw %}{{ x }}{% endraw %}
{% case person.points %}{% when 11, 12 %}a{% when 12 or 13 %}b{% else %}c{% endcase %}{% case person.city %}{% when "x" %}a{% else %}c{% endcase %}
{%- if person.vip -%}   close   {%- endif -%}   {{- person.first_name -}}   .
{{ "literal & text" }}{{ "literal" | append: person.html }}{{ 1.50 }}{{ true }}{{ person.picks | map: "name" | join: ", " }}{{ person.html | newline_to_br }}
""".strip().split("\n")
LEFT_TO_LIQUID = [
    "{% capture a %}x{% endcapture %}{{ a }}",
    "{% for i in (1..3) %}{% cycle 'a', 'b' %}{% endfor %}",
    "{% for i in person.picks limit:2 %}{% endfor %}{% for i in person.picks offset:continue %}{{ i.name }}{% endfor %}",
    "{% for i in person.picks %}{% for j in i.tags %}{{ forloop.parentloop.index }}{% endfor %}{% endfor %}",
    "{% for i in person.picks %}{% case i.price %}{% when 3.0 %}{% break %}{% endcase %}{{ i.name }}{% endfor %}",
]
FAILING = [
    "{% if person.first_name > 3 %}x{% endif %}",
    "{{ person.points | divided_by: 0 }}",
    "{% for i in (1..100000) %}x{% endfor %}",
    "{% for i in (1..200) %}{% for j in (1..200) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..9000) %}{{ person.long }}{% endfor %}",
    "{% for i in (1..9000) %}{% assign a = person.long | append: i %}{{ a }}{% endfor %}",
    "{% for i in person.picks limit:-2 %}x{% endfor %}",
    "{% for i in person.picks limit:person.html %}x{% endfor %}",
    "{% for i in person.picks limit:person.nothing %}x{% endfor %}",
]


def said_by_liquid(source, values, *, escape):
    return liquid._parsed(source, escape=escape).render(values)


def unquoted(raw):
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return quopri.decodestring(raw).decode().replace("\r\n", "\n")


def assert_same(source, values):
    for escape in (True, False):
        try:
            expected = said_by_liquid(source, values, escape=escape)
        except Exception:  # noqa: BLE001 - whatever it is, it is a ContentFailed of ours
            for way in (Template.render, Template.render_quoted):
                with pytest.raises(ContentFailed):
                    way(Template(source, escape=escape), values)
            continue
        template = Template(source, escape=escape)
        assert template.render(values) == expected
        assert unquoted(b"".join(template.render_quoted(values))).removesuffix("\n") == expected.removesuffix("\n")


def is_covered(source):
    try:
        function(liquid._parsed(source, escape=True), still=str, kept={}, say=str)
    except NotCovered:
        return False
    return True


@pytest.mark.parametrize("source", COVERED)
def test_what_is_covered_says_the_same(source):
    assert is_covered(source)
    assert_same(source, VALUES)


@pytest.mark.parametrize("source", LEFT_TO_LIQUID)
def test_what_is_not_covered_is_left_to_liquid(source):
    assert not is_covered(source)
    assert_same(source, VALUES)


@pytest.mark.parametrize("source", FAILING)
def test_limits_and_errors_are_liquids(source):
    values = {"person": {**VALUES["person"], "long": "x" * 1000}}
    for way in (Template.render, Template.render_quoted):
        with pytest.raises(ContentFailed):
            way(Template(source, escape=True), values)
    assert_same(source, values)


def test_what_is_long_and_yet_within_the_limit_is_said():
    source = "{% for i in (1..400) %}{{ person.long }}{% endfor %}"
    assert_same(source, {"person": {"long": "x" * 1000}})


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_message_there_is_runs_as_a_function(path):
    source = re.sub(r"\$(?=[a-z])", "", path.read_text())  # what a ready-made dialogue asks is filled in before
    message = read_message(path.stem, source, str(path))
    offers = ("ten-percent", "welcome-tip", "sorry")
    perks = {offer: {"code": "AB-12", "worth": "£5.00", "expires_at": "3 May"} for offer in offers}
    for (locale, _), content in contents(message).items():
        made = compile_content(content, look=Look("Shop", footer="Shop Ltd"), locale=locale or "en")
        links = {f"c{number}": f"https://d/l/{number}" for number in range(1, len(made.links) + 1)}
        links |= {name: f"https://d/{name}" for name in ("unsubscribe", "preferences", "why", "not_now", "pixel")}
        for values in ({}, {**VALUES, "perk": perks, "link": links}):
            for template in (made.subject, made.html, made.text):
                assert is_covered(template.source)
                assert_same(template.source, values)


def test_no_text_of_a_template_gets_into_the_functions_source():
    source = "{{ person['__import__(\"os\")'] }}{{ a | default: \"'''); boom(\" }}'''); boom({% for boom in person.boom %}{{ boom.boom }}{% endfor %}"
    write = function(liquid._parsed(source, escape=True), still=str, kept=_Echo(), say=str)
    names = {*write.__code__.co_names, *write.__code__.co_varnames}
    assert not [name for name in names if "boom" in name or "import" in name]
    assert not [one for one in write.__code__.co_consts if isinstance(one, str) and one]
    assert_same(source, {"person": {"boom": [{"boom": "1"}], '__import__("os")': "2"}})


class _Echo(dict):
    def __missing__(self, text):
        return text


def test_values_that_are_equal_and_yet_differ_are_told_apart():
    template = Template("{{ a }}", escape=True)
    for value, said in ((1, "1"), (True, "true"), (1.0, "1.0"), ("1", "1"), ("True", "True")):
        assert template.render({"a": value}) == said
        assert b"".join(template.render_quoted({"a": value})) == said.encode() + b"\r\n"


def test_remembered_texts_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(liquid, "MOST_KEPT", 5)
    template = Template("{{ a }}", escape=True)
    for number in range(20):
        assert b"".join(template.render_quoted({"a": f"{number}&"})) == f"{number}&amp;\r\n".encode()
    template.render_quoted({"a": "y" * 1000})
    assert len(liquid.QUOTED[True]) <= 5
    assert "y" * 1000 not in liquid.QUOTED[True]


TEXT = st.text(st.characters(exclude_characters="{}\r", exclude_categories=["Cs"]), max_size=5)
WORD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.floats(0, 2, width=16),
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=6),
)
VALUE = st.recursive(
    WORD, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)), max_leaves=6
)
PATH = st.sampled_from(
    ["a", "b", "c", "a.a", "a.b", "b.c", "b[0]", "b.first", "b.last", "a.size", "c[1].a", "a[b]", "a.b.c", "forloop.index", "forloop.last"]
)
SAYABLE = st.sampled_from(["1", "2.5", '"x"', "'<'", "true", "nil", "(1..3)", '""'])
LITERAL = st.one_of(SAYABLE, st.sampled_from(["empty", "blank"]))  # these two are said by a filter with their place in memory
OPERAND = st.one_of(PATH, PATH, LITERAL)
FILTER = st.sampled_from(
    [
        "upcase",
        "size",
        'default: "d&"',
        "default: b",
        "escape",
        'append: "<"',
        "first",
        'join: ", "',
        "plus: 1",
        "times: 2",
        "reverse",
        "sort",
        "strip",
        "truncate: 3",
    ]
)
OUTPUT = st.builds(
    lambda head, filters: "{{ " + " | ".join([head, *filters]) + " }}", st.one_of(PATH, SAYABLE), st.lists(FILTER, max_size=2)
)
COMPARED = st.builds(
    lambda left, how, right: f"{left} {how} {right}",
    OPERAND,
    st.sampled_from(["==", "!=", "<", ">", "<=", ">=", "contains", "and", "or"]),
    OPERAND,
)
CONDITION = st.one_of(PATH, COMPARED, st.builds(lambda a, how, b: f"{a} {how} {b}", COMPARED, st.sampled_from(["and", "or"]), COMPARED))
SIMPLE = st.one_of(
    TEXT,
    OUTPUT,
    st.builds(lambda name, value: f"{{% assign {name} = {value} %}}", st.sampled_from("abc"), st.one_of(PATH, SAYABLE)),
    st.sampled_from([" ", "\n"]),
)


def _blocks(inner):
    body = st.lists(inner, max_size=3).map("".join)
    jump = st.sampled_from(["", "", "", "{% break %}", "{% continue %}"])
    bounds = st.sampled_from(["", "", " limit:2", " offset:1", " limit:1 offset:1", " reversed", " limit:b"])
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% elsif {} %}}{}{{% else %}}{}{{% endif %}}".format, CONDITION, body, CONDITION, body, body),
        st.builds("{{% unless {} %}}{}{{% endunless %}}".format, CONDITION, body),
        st.builds("{{% if {} %}}{}{{% endif %}}".format, CONDITION, body),
        st.builds(
            "{{% for {} in {}{} %}}{}{}{}{{% else %}}{}{{% endfor %}}".format,
            st.sampled_from("abc"),
            OPERAND,
            bounds,
            body,
            jump,
            body,
            body,
        ),
        st.builds("{{% case {} %}}{{% when {}, {} %}}{}{{% else %}}{}{{% endcase %}}".format, OPERAND, OPERAND, OPERAND, body, body),
    )


TEMPLATE = st.lists(st.recursive(SIMPLE, _blocks, max_leaves=8), max_size=5).map("".join)


@settings(max_examples=drawn(200), deadline=None)
@given(TEMPLATE, st.dictionaries(st.sampled_from("abc"), VALUE, max_size=3))
def test_any_template_says_what_liquid_says(source, values):
    try:
        liquid._parsed(source, escape=True)
    except ContentFailed:
        return
    assert_same(source, values)
