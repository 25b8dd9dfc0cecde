"""Fetching a file over HTTP: as guarded as a call, redirects judged anew, never longer or larger than said."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import urljoin

from duologue.platform.outbound.calling import AGENT, connected

if TYPE_CHECKING:
    from collections.abc import Mapping

AT_ONCE: Final = 64 * 1024
MOST_REDIRECTS: Final = 5
MOVED: Final = frozenset({301, 302, 303, 307, 308})


class TooLarge(Exception):
    """The file is larger than allowed."""


@dataclass(slots=True, frozen=True)
class Fetched:
    """What came: the status, the headers by their names in small letters, and how many bytes were written."""

    status: int
    headers: dict[str, str]
    size: int


def fetch(url: str, headers: Mapping[str, str], into: IO[bytes], *, most: int, seconds: float, private: bool) -> Fetched:
    """Write what an address answers, if that is 200, to a file, following up to five redirects; all of it within so many seconds.

    Raises TooLarge, NotAllowed, TimeoutError, OSError (also where less came than was announced) or ValueError.
    """
    deadline = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        connection, path = connected(url, deadline=deadline, private=private)
        try:
            connection.request("GET", path, headers={"user-agent": AGENT, **headers})
            answer = connection.getresponse()
            said = {name.lower(): value for name, value in answer.getheaders()}
            if answer.status in MOVED and said.get("location"):
                url = urljoin(url, said["location"])
                continue
            return Fetched(answer.status, said, _written(answer, into, most) if answer.status == 200 else 0)
        except http.client.HTTPException as trouble:
            raise OSError("the answer was cut short or is no HTTP") from trouble
        finally:
            connection.close()
    raise OSError(f"more than {MOST_REDIRECTS} redirects")


def _written(answer: http.client.HTTPResponse, into: IO[bytes], most: int) -> int:
    if (answer.length or 0) > most:
        raise TooLarge
    size = 0
    while chunk := answer.read(AT_ONCE):
        size += len(chunk)
        if size > most:
            raise TooLarge
        into.write(chunk)
    if answer.length:
        raise OSError("the answer was cut short")
    return size
