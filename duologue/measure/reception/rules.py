"""What became of the letters of a message, and which receiving domain does badly. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from duologue.measure.lift.rules import Arm, per_hundred, rate_difference, wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST: Final = 20  # letters to one domain, below which nothing is said about it
LIMITS: Final = {"lost": 0.05, "complained": 0.003}  # shares that no provider may pass, with 95 % certainty
HALF: Final = 0.5  # and clicks at one domain that certainly fall below half of the others'
SAYS: Final = {"lost": "bounce", "complained": "are reported as spam"}
SHOWN: Final = 25  # domains, the largest first; the others are one line together
CLICKS: Final = ("clicks", "letters", "machine", "unsure")
OTHERS: Final = "others"
UNKNOWN: Final = "unknown"


@dataclass(slots=True)
class Received:
    """What became of letters that left: `accepted` = `delivered` + `bounced`. Openings and clicks are counted once for each letter.

    `refused` are beside them: a relay would not take them, because nobody has the address.
    `opened` proves nothing: many programs open by themselves, and many show no pictures. `clicked` counts people, not machines.
    """

    accepted: int = 0
    bounced: int = 0
    complained: int = 0
    opened: int = 0
    clicked: int = 0
    responded: int = 0
    left: int = 0
    refused: int = 0

    @property
    def delivered(self) -> int:
        """Return how many arrived, as far as anybody told."""
        return self.accepted - self.bounced

    @property
    def offered(self) -> int:
        """Return how many were accepted or refused because of their address."""
        return self.accepted + self.refused

    @property
    def lost(self) -> int:
        """Return how many came back or were refused at once."""
        return self.bounced + self.refused

    def add(self, other: Received) -> None:
        """Add the letters of another."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def as_json(self) -> dict[str, int]:
        """Return it as a map, in reading order."""
        counts = {one.name: getattr(self, one.name) for one in fields(self)}
        return {"accepted": counts.pop("accepted"), "delivered": self.delivered, **counts}


@dataclass(slots=True)
class Link:
    """One link of a message: clicks by people, by machines, and those of which nobody can say; letters in which a person clicked."""

    name: str
    url: str
    clicks: int = 0
    letters: int = 0
    machine: int = 0
    unsure: int = 0


def links_as_json(links: Mapping[int, Link]) -> dict[str, Any]:
    """Return by number each link with its share of all clicks by people."""
    clicks = sum(link.clicks for link in links.values())
    shown = {number: {"name": link.name, "url": link.url, "share": _share(link.clicks, clicks)} for number, link in links.items()}
    return {str(number): {**shown[number], **{key: getattr(links[number], key) for key in CLICKS}} for number in sorted(links)}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def domains_as_json(domains: Mapping[str, Received]) -> dict[str, Any]:
    """Return the largest domains with what warns of each ("" for nothing); the others are one line, without a warning."""
    everything = Received()
    for one in domains.values():
        everything.add(one)
    order = sorted(domains, key=lambda name: (-domains[name].offered, name))
    found = {name or UNKNOWN: {**domains[name].as_json(), "warning": warning(domains[name], everything)} for name in order[:SHOWN]}
    if order[SHOWN:]:
        rest = Received()
        for name in order[SHOWN:]:
            rest.add(domains[name])
        found[OTHERS] = {**rest.as_json(), "warning": ""}
    return found


def warning(one: Received, everything: Received) -> str:
    """Say what goes badly at one domain, beside all the others of the same message; "" where nothing does, or too little is known.

    A share warns when the whole 95 % interval lies above the limit; few clicks warn when the difference to half of what the
    others click certainly lies below zero, among at least `LEAST` letters on both sides.
    """
    if one.offered < LEAST:
        return ""
    for what, limit in LIMITS.items():
        number, of = getattr(one, what), one.offered if what == "lost" else one.accepted
        if of and wilson(number, of)[0] > limit:
            return f"{per_hundred(number / of)} in 100 {SAYS[what]} here; more than {per_hundred(limit)} harms the sender's name."
    rest = everything.accepted - one.accepted
    if min(rest, one.accepted) < LEAST:
        return ""
    others = everything.clicked - one.clicked
    here, there = Arm(one.accepted, one.clicked), Arm(rest, round(others * HALF))
    if rate_difference(here, there).high < 0:
        return f"Only {per_hundred(here.rate)} in 100 click here, {per_hundred(others / rest)} elsewhere: letters may land among the junk."
    return ""


def together(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how a message was received in several dialogues as one, its shares and warnings worked out anew.

    Of a dialogue with very many receiving domains only the largest are known by name.
    """
    whole = Received()
    domains: dict[str, Received] = defaultdict(Received)
    variants: dict[str, Received] = defaultdict(Received)
    links: dict[str, dict[int, Link]] = defaultdict(dict)
    reasons: Counter[str] = Counter()
    for one in found:
        whole.add(_read(one))
        reasons.update(one["reasons"])
        for name, counts in one["domains"].items():
            domains[name].add(_read(counts))
        for name, counts in one["variants"].items():
            variants[name].add(_read(counts))
        for version, told in one["links"].items():
            for number, link in told.items():
                _add(links[version].setdefault(int(number), Link(link["name"], link["url"])), link)
    return {
        **whole.as_json(),
        "links": {version: links_as_json(links[version]) for version in sorted(links, key=int)},
        "domains": domains_as_json(domains),
        "variants": {name: variants[name].as_json() for name in sorted(variants)},
        "reasons": dict(sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))),
    }


def _read(counts: Mapping[str, Any]) -> Received:
    return Received(**{one.name: counts[one.name] for one in fields(Received)})


def _add(link: Link, told: Mapping[str, Any]) -> None:
    for key in CLICKS:
        setattr(link, key, getattr(link, key) + told[key])


WHY_LEFT: Final = {
    "": "Did not say",
    "too_often": "Too many letters",
    "not_for_me": "Not interesting",
    "never_asked": "Never asked for it",
    "something_wrong": "Something went wrong",
    "other": "Something else",
}


def why_left(reason: str) -> str:
    """Return a reason for leaving as people read it; one that an import brought along stands as it came."""
    return WHY_LEFT.get(reason, reason)
