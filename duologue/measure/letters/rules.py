"""The Monday letter's five sentences, and when a letter is due next. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Final

from duologue.kit.clock import at_local, parse_time, zone_named
from duologue.strategize.dialogues.rules.calendar import read_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MONDAY: Final = "monday"
KINDS: Final = ("growth", "buyers", "by campaign", "by promise", "by persona", "by stage")
FORMS: Final = ("link", "csv")
LINKED: Final = re.compile(r"\[([^\]]+)\]\((/[^/)\s][^)\s]*)\)")


@dataclass(slots=True)
class Figures:
    """What a Monday letter counts. `joined`, `gone` are of the last seven days; letters, clicks, sales and revenue from the beginning on.

    `sales` and `revenue` (minor units) are by dialogue and are never added up: an order counts in each dialogue that it falls to.
    `trouble` is a sentence or empty.
    """

    joined: int = 0
    gone: int = 0
    may_contact: int = 0
    letters: int = 0
    clicked: int = 0
    sales: dict[str, int] = field(default_factory=dict)
    revenue: dict[str, int] = field(default_factory=dict)
    trouble: str = ""
    coming: str = ""
    open_cases: int = 0

    def kept(self) -> dict[str, Any]:
        """Return what the next letter needs to say what is new."""
        whole = asdict(self)
        return {name: whole[name] for name in ("letters", "clicked", "sales", "revenue")}


def five_sentences(now: Figures, before: Mapping[str, Any], base: str, money: Callable[[int], str]) -> list[str]:
    """Return the letter. Each number is a link to its page under `base` (/WORKSPACE), as [12](/path); `money` writes minor units."""
    since = "Since the last letter" if before else "So far"
    letters = max(0, now.letters - before.get("letters", 0))
    clicked = max(0, now.clicked - before.get("clicked", 0))
    sold = {name: max(0, number - before.get("sales", {}).get(name, 0)) for name, number in now.sales.items()}
    growth, reports = f"{base}/measure/growth", f"{base}/measure/reports"
    of_these = f"{linked(clicked, reports)} of them" if not before else f"{some(clicked, 'letter', 'letters', reports)}, old or new"
    joined = f"Last week {some(now.joined, 'person', 'people', growth)} joined the list and {linked(now.gone, growth)} went"
    followed = "No sale followed them."
    if any(sold.values()):
        best = max(sold, key=lambda name: (sold[name], name))
        there, brought = f"{reports}/{best}", now.revenue.get(best, 0) - before.get("revenue", {}).get(best, 0)
        followed = f"[{best.replace('-', ' ').capitalize()}]({there}) was followed by the most sales, {linked(sold[best], there)}"
        followed += f" worth [{money(brought)}]({there}); an order counts in each dialogue that it falls to."
    waits = f"{some(now.open_cases, 'conversation', 'conversations', f'{base}/engage/inbox')} {'waits' if now.open_cases == 1 else 'wait'}"
    return [
        f"{joined}, so you may now contact {linked(now.may_contact, growth)}.",
        f"{since} {some(letters, 'letter', 'letters', reports)} left, and people clicked in {of_these}.",
        followed,
        now.trouble or "Nothing went badly.",
        f"{now.coming} {waits} for an answer.",
    ]


def linked(number: int, path: str) -> str:
    """Return a number as a link to the page it comes from."""
    return f"[{number:,}]({path})"


def some(number: int, one: str, many: str, path: str) -> str:
    """Return a number as such a link, with the word for one or for many."""
    return f"{linked(number, path)} {one if number == 1 else many}"


def as_text(sentences: Iterable[str], origin: str) -> str:
    """Return sentences as plain text; each page that numbers lead to is written below them, once."""
    found = list(sentences)
    pages = dict.fromkeys(f"{origin}{path}" for sentence in found for _, path in LINKED.findall(sentence))
    said = "\n\n".join(LINKED.sub(r"\1", sentence) for sentence in found)
    return f"{said}\n\nThe numbers come from:\n" + "\n".join(pages) if pages else said


def as_html(sentences: Iterable[str], origin: str) -> str:
    """Return sentences as HTML, each number a link."""
    return "".join(f"<p>{LINKED.sub(lambda found: _anchor(found, origin), escape(sentence, quote=False))}</p>" for sentence in sentences)


def as_page(title: str, inside: str) -> str:
    """Return a letter's HTML as a whole document, as wide as a phone or a column, in the colours that its reader chose."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"></head>'
        '<body style="margin:0"><div style="max-width:36em;margin:0 auto;padding:1em;font:17px/1.55 Georgia,serif;'
        f'overflow-wrap:anywhere">{inside}</div></body></html>'
    )


def _anchor(found: re.Match[str], origin: str) -> str:
    return f'<a href="{escape(origin + found[2])}">{found[1]}</a>'


def next_at(every: str, at: str, zone: str, after: datetime) -> datetime | None:
    """Return the first moment later than `after` at which a rule of days falls due at an hour on a clock; None where it never does.

    Raises ValueError with a sentence for a rule or an hour that cannot be read.
    """
    there, hour = zone_named(zone), parse_time(at)
    day = datetime.combine(after.astimezone(there).date() - timedelta(days=1), time())
    for found in read_rule(every).xafter(day, inc=True):
        moment = at_local(found.date(), hour, there)
        if moment > after:
            return moment
    return None
