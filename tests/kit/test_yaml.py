import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.yaml import Mistake, Mistakes, canonical, read_yaml


@pytest.mark.parametrize("text", ["{[{a: 1}]: b}\n", "? [{a: 1}]\n: b\n"])
def test_a_key_that_holds_a_map_is_refused(text):
    with pytest.raises(Mistakes) as refused:
        read_yaml(text, "plan.yaml")
    assert refused.value.mistakes == [Mistake("plan.yaml", 1, "A key in this file is itself a list or a map; keys are plain words.")]


def test_brackets_without_end_are_refused_before_they_cost_much():
    with pytest.raises(Mistakes) as refused:
        read_yaml("a: 1\nb: " + "[" * 100_000, "plan.yaml")
    assert refused.value.mistakes == [Mistake("plan.yaml", 2, "This is no valid YAML: more than 100 brackets are open.")]
    assert read_yaml("[" * 100 + "]" * 100).data == eval("[" * 100 + "]" * 100)


def test_what_was_read_before_is_the_readers_own():
    first, second = (read_yaml("a: {b: [1]}\n", "plan.yaml") for _ in range(2))
    first.data["a"]["b"].append(2)
    first.lines["c",] = 9
    first.refuse(("a",), "No.")
    third = read_yaml("a: {b: [1]}\n", "plan.yaml")
    assert (second.data, second.lines, second.found) == (third.data, third.lines, third.found) == ({"a": {"b": [1]}}, third.lines, [])
    assert ("c",) not in third.lines


NAMED = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.sampled_from("a 'b\"\n:#-{}é\t|>%"), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMED, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMED, VALUES, max_size=4))
def test_what_is_written_in_the_canonical_form_reads_as_it_was(data):
    assert read_yaml(canonical(data)).data == data


def test_a_text_of_several_lines_is_written_line_by_line():
    assert canonical({"body": "Hello,\n\nthank you.\n"}) == "body: |\n  Hello,\n\n  thank you.\n"
