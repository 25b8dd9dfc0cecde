"""Whether a click was a person's. Machines follow links too: scanners before the person reads, previews when a link is shared."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|fetch|scan|monitor|curl/|wget/|python-|java/|go-http-client|okhttp|libwww|httpclient|headless|"
    r"phantomjs|barracuda|proofpoint|mimecast|safelinks|microsoft office existence|ms-office|skypeuripreview|facebookexternalhit|whatsapp/|"
    r"slackbot|telegrambot|twitterbot|linkedinbot|discordbot|googleimageproxy|yahoomailproxy|bitdefender|symantec|fortiguard|trend ?micro|"
    r"urlscan|virustotal|cloudmark|ironport|zscaler|avast|kaspersky|checkpoint|sophos|forcepoint",
    re.IGNORECASE,
)
BROWSER = re.compile(r"^Mozilla/5\.0 \(|^Opera/")
AT_ONCE: Final = timedelta(seconds=2)  # nobody has opened a message and clicked by then
BURST: Final = timedelta(seconds=3)  # and nobody follows so many links within this
BURST_LINKS: Final = 3


class Click(msgspec.Struct, frozen=True, gc=False):
    """What is known of a click at the door; `others` are moments and links of the delivery's other clicks."""

    method: str
    agent: str
    at: datetime
    link: int
    accepted_at: datetime | None = None
    others: Sequence[tuple[datetime, int]] = ()
    purpose: str = ""  # the Purpose header: prefetch, preview


@lru_cache(maxsize=4096)  # a long pattern, and few clients: it took a quarter of a click's time
def _is_machine(agent: str) -> bool:
    return MACHINES.search(agent) is not None


def judged(click: Click) -> str:
    """Return true (a person's), false (a machine's) or unknown (could be either: it counts for nothing)."""
    if click.method != "GET" or _is_machine(click.agent) or click.purpose in {"prefetch", "preview", "prefetch;prerender"}:
        return "false"
    if click.accepted_at and timedelta(0) < click.at - click.accepted_at < AT_ONCE:
        return "false"
    if click.others and len({link for at, link in click.others if abs(click.at - at) <= BURST} | {click.link}) >= BURST_LINKS:
        return "false"
    return "true" if BROWSER.match(click.agent) else "unknown"
