import pytest

from duologue.kit.yaml import Mistake, Mistakes, read_yaml


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
