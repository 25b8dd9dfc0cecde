"""From source to what one person reads."""

import quopri
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.engage.messages.content.blocks import without_blocks
from duologue.engage.messages.content.compile import Link, compile_content, mistakes
from duologue.engage.messages.content.look import Look
from duologue.engage.messages.content.mask import Mask
from duologue.engage.messages.rules.source import Content, contents, read_message
from duologue.engage.templates.liquid import ContentFailed, Template, _parsed, paths, unguarded
from duologue.kit.yaml import Mistakes

LOOK = Look("Shop", accent="#aa0000", footer="Shop Ltd, 1 Road")
LINKS = {"link": {"c1": "https://d/l/1", "c2": "https://d/l/2", "unsubscribe": "https://d/u/1", "pixel": "https://d/o/1"}}


def compiled(body, **more):
    return compile_content(Content(subject="Hi", body=body, **more), look=LOOK, locale="en")


def shown(body, **values):
    return compiled(body).html.render({**LINKS, **values})


def test_tags_survive_lists_tables_and_sentences():
    html = shown(
        "{% for p in person.wishes %}\n- {{ p }}\n{% endfor %}\n\n"
        "| a | b |\n|---|---|\n| {{ person.name }} | {% if person.vip %}yes{% endif %} |\n\n"
        "Dear {% if person.vip %}*dear*{% else %}good{% endif %} friend\n",
        person={"wishes": ["tea", "mugs"], "name": "Ann", "vip": True},
    )
    assert re.findall(r"<li>(\w+)", html) == ["tea", "mugs"]
    assert re.findall(r"<td[^>]*>(Ann|yes)</td>", html) == ["Ann", "yes"]
    assert "Dear <em>dear</em> friend" in html
    assert "lqz" not in html
    assert html.count("<ul") == html.count("</ul>")


def test_values_are_escaped_in_html_and_not_in_text():
    both = compiled("Hello {{ person.name }}")
    person = {"person": {"name": '<script>alert("x")</script>&'}}
    assert "<script" not in both.html.render(person)
    assert '<script>alert("x")</script>&' in both.text.render(person)


@pytest.mark.parametrize(
    "body", ["{{ person.name | safe }}", "{% include 'x' %}", "{% render 'x' %}", "{{ person.name | nosuch }}", "{% if %}"]
)
def test_what_the_sandbox_refuses(body):
    assert len(mistakes(Content(subject="x", body=body), fallback={"person.name": "x"}, look=LOOK)) == 1


def test_loops_and_output_have_limits():
    with pytest.raises(ContentFailed):
        Template("{% for i in (1..100000) %}x{% endfor %}", escape=True).render({})
    with pytest.raises(ContentFailed):
        Template("{% for i in (1..9000) %}{{ person.long }}{% endfor %}", escape=True).render({"person": {"long": "x" * 1000}})


def test_links_get_slots_names_and_a_place_in_the_text():
    both = compiled('[Read on](https://shop.example/a?x=1&y={{ person.city | default: "x" }} "story") or [buy](https://shop.example/b)')
    assert both.links == (
        Link('https://shop.example/a?x=1&y={{ person.city | default: "x" }}', "story"),
        Link("https://shop.example/b", "buy"),
    )
    assert both.html.render(LINKS).count("https://d/l/") == 2
    assert "Read on <https://d/l/1> or buy <https://d/l/2>" in both.text.render(LINKS)
    assert "title=" not in both.html.render(LINKS)


def test_addresses_and_our_own_pages_are_no_tracked_links():
    both = compiled("[mail](mailto:a@b.example) [call](tel:+4420) [answer]({{ survey.link }}) [stop]({{ link.unsubscribe }})")
    assert both.links == ()
    assert 'href="https://d/s/1"' in both.html.render({**LINKS, "survey": {"link": "https://d/s/1"}})


def test_every_promotion_says_how_to_stop_and_service_mail_does_not_offer_it():
    stop = 'href="https://d/u/1"'
    assert stop in shown("Hello")
    service = compile_content(Content(subject="Hi", body="Hello"), look=LOOK, locale="en", is_promotion=False)
    assert stop not in service.html.render(LINKS)
    own = Content(
        subject="Hi", mjml="<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    assert stop in compile_content(own, look=LOOK, locale="en").html.render(LINKS)


def test_no_other_origin_is_named_that_was_not_asked_for():
    mjml = (
        '<mjml><mj-head><mj-font name="Roboto" href="https://fonts.example/roboto.css" /></mj-head><mj-body><mj-section><mj-column>'
        '<mj-text font-family="Roboto">Hi<script src="https://evil.example/x.js"></script></mj-text></mj-column></mj-section></mj-body></mjml>'
    )
    html = compile_content(Content(subject="Hi", mjml=mjml), look=LOOK, locale="en").html.render(LINKS)
    named = set(re.findall(r"(?:https?:)?//([a-z0-9.-]+)", re.sub(r'xmlns(:\w+)?="[^"]*"', "", html)))
    assert named <= {"d"}


def test_liquid_in_mjml_between_sections():
    mjml = (
        "<mjml><mj-body>{% if person.vip %}<mj-section><mj-column><mj-text>Gold</mj-text></mj-column></mj-section>{% endif %}"
        '<mj-section><mj-column><mj-button href="https://shop.example/{{ person.city }}">Go</mj-button></mj-column></mj-section></mj-body></mjml>'
    )
    both = compile_content(Content(subject="Hi", mjml=mjml), look=LOOK, locale="en")
    assert "Gold" in both.html.render({**LINKS, "person": {"vip": True}})
    assert "Gold" not in both.html.render({**LINKS, "person": {"vip": False}})
    assert "Gold" not in both.text.render({**LINKS, "person": {"vip": False}})
    assert both.links[0].url == "https://shop.example/{{ person.city }}"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("{{ person.name }}", {"person.name"}),
        ('{{ person.name | default: "x" }}', set()),
        ("{% if person.name %}{{ person.name }}{% endif %}", set()),
        ("{% if person.names %}{{ person.name }}{% endif %}", {"person.name"}),
        ("{{ person.name | upcase }} {{ perk.ten.code }}", {"person.name", "perk.ten.code"}),
        ("none", set()),
    ],
)
def test_what_needs_a_fall_back(text, missing):
    assert unguarded(text) == missing


def test_mistakes_are_said_in_sentences():
    said = [fault.sentence for fault in mistakes(Content(subject="Hi {{ user.name }}", body="{{ person.name }}"), fallback={}, look=LOOK)]
    assert len(said) == 2
    assert said[0].startswith("{{ user.name }} is not known")
    assert said[1].startswith("{{ person.name }} may be missing and needs a fall-back")
    assert mistakes(Content(body="x"), fallback={}, look=LOOK)[0].sentence == "An e-mail needs a subject."


TEXT = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=6)  # python-liquid turns CR into LF
WORDS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(0, 2, width=16), TEXT, st.lists(TEXT, max_size=2))
PARTS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="{}\r", exclude_categories=["Cs"]), max_size=5),
        st.sampled_from(
            [
                "{{ person.a }}",
                "{{person.b}}",
                '{{ person.a | default: "x" }}',
                "{{ person.b.c }}",
                "{{ nothing }}",
                "{{ person.a | default: 'y & z' }}",
            ]
        ),
    ),
    max_size=6,
)


@given(PARTS, st.fixed_dictionaries({"a": WORDS, "b": WORDS}), st.booleans())
def test_values_put_out_read_as_liquid_says_them(parts, person, escape):
    source = "".join(parts)
    assert Template(source, escape=escape).render({"person": person}) == _parsed(source, escape=escape).render({"person": person})


@given(PARTS, st.fixed_dictionaries({"a": WORDS, "b": st.text(st.characters(exclude_categories=["Cs"]), max_size=120)}))
def test_quoted_in_pieces_reads_as_the_whole(parts, person):
    template = Template("é ".join(parts) + "x" * len(parts) * 13, escape=False)
    raw = b"".join(template.render_quoted({"person": person}))
    whole = template.render({"person": person}).replace("\r\n", "\n").replace("\r", "\n")
    back = quopri.decodestring(raw).decode().replace("\r\n", "\n")
    assert back.removesuffix("\n") == whole.removesuffix("\n")
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 76 and not line.startswith(b".") for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(st.lists(st.sampled_from(["{{ a }}", "{% if b %}", "{% endif %}", "text ", "<b>", "</b>", "\n"]), max_size=12))
def test_what_is_masked_comes_back(parts):
    text = "".join(parts)
    for as_comments in (True, False):
        mask = Mask()
        hidden = mask.hide(text, as_comments=as_comments)
        assert "{" not in hidden
        assert mask.show(hidden) == text


def test_a_source_is_read_in_its_short_and_long_form():
    short = read_message("hi", "subject: A\nbody: B\nfallback: {person: {first_name: you}}")
    long = read_message("hi", "message: hi\nemail: {subject: A, body: B}\nfallback: {person.first_name: you}")
    assert (short, short.fallback) == (long, {"person.first_name": "you"})
    both = contents(read_message("hi", "subject: A\nbody: B\nlocales: {de: {subject: C}}\nvariants: {loud: {email: {body: D}}}"))
    assert both == {
        ("", ""): Content(subject="A", body="B"),
        ("de", ""): Content(subject="C", body="B"),
        ("", "loud"): Content(subject="A", body="D"),
    }


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("subjekt: A", "messages/hi.yaml:1: A message knows no 'subjekt'; did you mean 'subject'?."),
        ("message: other\nsubject: A\nbody: B", "messages/hi.yaml:1: It calls itself 'other'; name and file must agree."),
        ("about: x", "messages/hi.yaml:1: It says nothing: write subject and body."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(source, said):
    with pytest.raises(Mistakes) as refused:
        read_message("hi", source)
    assert str(refused.value).rstrip(".") == said.rstrip(".")


def test_paths_of_a_template():
    assert paths("{{ person.a }}{% for x in person.b %}{{ x.c }}{% endfor %}") == {"person.a", "person.b"}


def test_where_nobodys_products_are_meant_the_block_is_left_out():
    assert without_blocks("Hello\n\n{% products %}\n\nBye {%- products -%}!") == "Hello\n\n\n\nBye !"
