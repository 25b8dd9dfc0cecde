"""What is written on screen as a text: taken as it was sent, never cut, and never put over what somebody else wrote meanwhile."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from duologue.kit.yaml import Mistake, Mistakes

if TYPE_CHECKING:
    from django.http import HttpRequest


def as_sent(request: HttpRequest, field: str = "source") -> str:
    """Return the text of a form's field, with the ends of its lines as files have them."""
    return request.POST.get(field, "").replace("\r\n", "\n")


def mark_of(text: str) -> str:
    """Return what a form keeps of the text that it was opened with, so that `check_unmoved` can tell it from another."""
    return sha256(text.encode()).hexdigest()[:16]


def check_length(text: str, most: int) -> None:
    """Raise Mistakes where a text has more letters than are taken on screen."""
    if len(text) > most:
        raise Mistakes([Mistake("", 0, f"It has more than {most:,} letters. A text as long as that is changed in a plan folder.")])


def check_unmoved(mark: str, there: str) -> None:
    """Raise Mistakes where what is there says something else by now than what `mark_of` was taken of."""
    if mark != mark_of(there):
        sentence = "Somebody changed it while you wrote. Copy what you need, open it again, and write it into what is there now."
        raise Mistakes([Mistake("", 0, sentence)])
