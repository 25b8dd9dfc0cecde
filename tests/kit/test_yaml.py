import pytest

from duologue.kit.yaml import Mistake, Mistakes, read_yaml


@pytest.mark.parametrize("text", ["{[{a: 1}]: b}\n", "? [{a: 1}]\n: b\n"])
def test_a_key_that_holds_a_map_is_refused(text):
    with pytest.raises(Mistakes) as refused:
        read_yaml(text, "plan.yaml")
    assert refused.value.mistakes == [Mistake("plan.yaml", 1, "A key in this file is itself a list or a map; keys are plain words.")]
