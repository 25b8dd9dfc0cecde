"""What becomes of a contribution, and when it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from duologue.kit.clock import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duologue.engage.care.rules import Kept

PUBLIC: Final = "public"
"""Where the consent to be shown stands among the channels."""
BOX: Final = "survey "
"""How the source of a consent begins that was ticked beside one quote or photo: it is a yes to that one."""
NO_QUOTE: Final = frozenset({"opt_out", "complaint", "wrong_person", "moved", "no", "question"})
"""Replies to a letter that asks for a quote which are none."""
LONGEST: Final = 4000
HELD: Final = timedelta(days=1)
"""How long a photo of a form is held for its event, which is read within seconds while the worker runs."""
MOST: Final = 6  # in one block: few are read, many are not


class Voices(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What people say, as a block of a letter or of a page shows it: the newest, of one survey or of all, and how many at most."""

    survey: str = ""
    most: int = 2


class GivenByForm(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the event of a form says of an answer that is given to be shown; its words are among the form's answers.

    `purpose` is that of the box which was ticked, `photo` what its picture is held by, `stars` those that were given beside it.
    """

    survey: str = ""
    purpose: str = ""
    photo: str = ""
    stars: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None


def given_by_form(properties: Mapping[str, Any]) -> dict[str, GivenByForm]:
    """Return by question what the event of a form gives to be shown; nothing where it does not say so as we do."""
    try:
        return msgspec.convert(properties.get("given") or {}, dict[str, GivenByForm])
    except msgspec.ValidationError:
        return {}


def wrong_voices(voices: Voices) -> str:
    """Return why a block cannot be shown so; "" where it can."""
    return "" if 1 <= voices.most <= MOST else f"`most` of `voices` is 1 to {MOST}: more are too many for one block."


def forget_at(kept: Kept, state: str, now: datetime) -> datetime | None:
    """Return when what got into this state now is to go; None where it stays."""
    span = kept.declined if state == "declined" else kept.keep
    return now + parse_duration(span) if span else None
