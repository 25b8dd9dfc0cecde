"""How often a key may ask: a bucket of tokens for each, filled evenly. One process answers the API, so that counting in memory is right."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import JsonResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

MOST_KEYS: Final = 10_000


class TooOften(Exception):
    """The key asks too often; in so many seconds it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"This key may ask {settings.API_PER_MINUTE} times a minute; ask again in {seconds} s.")
        self.seconds = seconds


def answer_to(mistake: TooOften) -> HttpResponse:
    """Answer a key that asks too often."""
    return JsonResponse({"detail": str(mistake)}, status=429, headers={"Retry-After": str(mistake.seconds)})


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


_buckets: dict[int, _Bucket] = {}


def take(key: int, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Count one request of a key; raises TooOften. A minute's worth may come at once; a minute's worth of 0 is without limit."""
    most = settings.API_PER_MINUTE
    if not most:
        return
    present = clock()
    if len(_buckets) >= MOST_KEYS:
        _buckets.clear()
    one = _buckets.setdefault(key, _Bucket(most, present))
    one.tokens = min(most, one.tokens + (present - one.at) * most / 60)
    one.at = present
    if one.tokens < 1:
        raise TooOften(max(1, round((1 - one.tokens) * 60 / most + 0.5)))
    one.tokens -= 1
