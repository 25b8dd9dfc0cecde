import threading

import pytest

from duologue.kit.ahead import ahead


def test_items_come_in_their_order():
    assert list(ahead(iter(range(5)))) == [0, 1, 2, 3, 4]
    assert list(ahead(iter(()))) == []


def test_the_next_item_is_made_while_one_is_dealt_with():
    made = [threading.Event() for _ in range(3)]

    def items():
        for place, event in enumerate(made):
            event.set()
            yield place

    for place in ahead(items()):
        assert all(event.wait(10) for event in made[: place + 2])
        assert not any(event.is_set() for event in made[place + 2 :])


def test_what_making_raises_is_raised_in_its_place():
    def items():
        yield 1
        raise LookupError

    given = ahead(items())
    assert next(given) == 1
    with pytest.raises(LookupError):
        next(given)


def test_who_stops_early_leaves_no_thread_behind():
    given = ahead(iter(range(100)))
    assert next(given) == 0
    given.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
