"""Working ahead: the next item is made while the last one is dealt with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = TypeVar("Item")
END: Final = object()


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Give the items in their order, each made in a thread of its own while the one before it is dealt with.

    What making an item raises is raised where the item would have been given. It pays where dealing with an item waits
    for something outside, such as a database.
    """
    with ThreadPoolExecutor(1, "ahead") as thread:
        coming = thread.submit(next, items, END)
        while (item := coming.result()) is not END:
            coming = thread.submit(next, items, END)
            yield item  # type: ignore[misc]  # END was ruled out
