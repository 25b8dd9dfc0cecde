"""What is done apart leaves nothing behind but its words."""

import os
import sys

import pytest

from duologue.cli.apart import apart
from duologue.cli.frame import Refused


class Odd(Exception):
    """Cannot be made again from what it is pickled by."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def refuse():
    raise Refused("The port is taken.")


def fail():
    raise Odd("this", "that")


def load():
    import modulefinder  # noqa: F401 something that nothing else loads

    return str(os.getpid())


def test_its_words_come_back_and_what_it_loaded_does_not():
    assert apart("{} people".format, 3) == "3 people"
    assert int(apart(load)) != os.getpid()
    assert "modulefinder" not in sys.modules


def test_what_it_raises_is_raised_here():
    with pytest.raises(Refused, match=r"The port is taken\."):
        apart(refuse)
    with pytest.raises(RuntimeError, match="this and that"):
        apart(fail)


def test_one_that_was_killed_was_interrupted():
    with pytest.raises(KeyboardInterrupt):
        apart(os._exit, 1)
