"""A placement, as written in placements/NAME.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from duologue.kit.clock import is_zone, parse_moment
from duologue.kit.money import NO_CURRENCY, read_money
from duologue.kit.text import is_web_address
from duologue.kit.typed import as_json, checked, read_typed
from duologue.kit.yaml import suggestion
from duologue.strategize.campaigns.rules import Period, check_period

if TYPE_CHECKING:
    from duologue.kit.yaml import Document

MEDIA: Final = (
    *("radio", "tv", "cinema", "magazine", "newspaper", "poster", "leaflet"),
    *("letter", "packaging", "stand", "event", "online", "social", "other"),
)
LONGEST_CODE: Final = 60


class Placement(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where an invitation stands: in which medium and outlet, when, at what cost, and by which codes people respond.

    `times` are the moments of spots, on the clock of `zone` (the workspace's where it is empty). `codes` are what people scan, type or
    call: words and telephone numbers. `cost` is money as written, `leads_to` the address of the page that it names.
    """

    placement: str
    medium: str
    title: str = ""
    about: str = ""
    campaign: str = ""
    outlet: str = ""
    period: Period = Period()
    times: tuple[str, ...] = ()
    zone: str = ""
    cost: str = ""
    codes: tuple[str, ...] = ()
    leads_to: str = ""

    @property
    def name(self) -> str:
        """Return what people read."""
        return self.title or self.placement.replace("-", " ").capitalize()


def read_placement(text: str, file: str = "") -> Placement:
    """Return the placement a text describes; raises Mistakes."""
    return read_typed(text, file, Placement, "A placement", _check)


def to_json(placement: Placement) -> dict[str, Any]:
    """Return a placement as JSON values; what is not said is left out."""
    return as_json(placement)


def from_json(data: dict[str, Any]) -> Placement:
    """Return the placement that `to_json` wrote."""
    return msgspec.convert(data, Placement)


def plain(code: str) -> str:
    """Return a code as it is compared: without spaces and hyphens, and whatever the case."""
    return "".join(letter for letter in code.casefold() if letter.isalnum() or letter == "+")


def told(placement: Placement) -> dict[str, Any]:
    """Return what the paths `placement.…` of dialogues and messages find."""
    said = {key: value for key, value in to_json(placement).items() if key not in {"placement", "period", "codes", "times"}}
    return {**said, "name": placement.placement, "title": placement.name}


def _check(document: Document, placement: Placement) -> None:
    if placement.medium not in MEDIA:
        near = suggestion(placement.medium, MEDIA)
        document.refuse(("medium",), f"There is no medium {placement.medium!r}{near}; the media are {', '.join(MEDIA)}.")
    check_period(document, placement.period)
    checked(document, ("cost",), placement.cost, _money)
    if placement.zone and not is_zone(placement.zone):
        document.refuse(("zone",), f"There is no zone {placement.zone!r}; write it as in Europe/London.")
    for index, time in enumerate(placement.times):
        if parse_moment(time) is None:
            document.refuse(("times", index), f'{time!r} is no day and time; write it as in "2026-03-02 07:40".')
    for index, code in enumerate(placement.codes):
        if not plain(code) or len(code) > LONGEST_CODE:
            document.refuse(("codes", index), f"A code has letters or digits, {LONGEST_CODE} at most, not {code[:20]!r}.")
        elif plain(code) in {plain(one) for one in placement.codes[:index]}:
            document.refuse(("codes", index), f"The code {code!r} is given twice.")
    if placement.leads_to and not is_web_address(placement.leads_to):
        document.refuse(("leads_to",), "`leads_to` is the address of a page, as in https://shop.example/spring.")


def _money(text: str) -> None:
    read_money(text, NO_CURRENCY)
