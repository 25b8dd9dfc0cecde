"""How a person's events read: what we said at the left, what they said or did at the right, the rest in between."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import UnknownCurrencyError, format_currency

from duologue.engage.contributions.rules import PUBLIC
from duologue.web.strategize.options import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from duologue.web.strategize.options import Options


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the page tells it; `side` is we, they or event."""

    day: date
    at: datetime
    side: str
    picture: str
    head: str
    text: str
    name: str


WE = {"Message Sent": "Sent", "Message Withheld": "Not sent", "Message Failed": "Could not be sent", "Message Uncertain": "Perhaps sent"}
ASIDE = {
    "Message Bounced": ("mail", "Bounced"),
    "Message Confirmed": ("circle-check", "Confirmed by the carrier"),
    "Message Opened": ("mail-opened", "Opened, as far as one can tell"),
    "Segment Joined": ("users-group", "Joined the segment"),
    "Segment Left": ("users-group", "Left the segment"),
    "Fact Changed": ("id", "Now known"),
    "Perk Issued": ("gift", "Was given"),
    "Perk Seen": ("eye", "Perk seen"),
    "Perk Expired": ("gift", "Perk ran out"),
    "Perk Withdrawn": ("ban", "Perk withdrawn"),
    "Trial Begun": ("player-play", "Trial begun"),
    "Trial Ended": ("player-stop", "Trial over"),
    "Trial Converted": ("heart-handshake", "Stayed after the trial"),
    "Conversation Opened": ("message", "Waits for a human"),
    "Conversation Closed": ("circle-check", "The conversation was closed"),
    "Conversation Overdue": ("hourglass", "The conversation is overdue"),
}
THEY = {
    "Link Clicked": ("click", "clicked"),
    "Message Replied": ("message-reply", "replied"),
    "Survey Answered": ("message-circle-question", "answered"),
    "Order Completed": ("shopping-cart", "ordered"),
    "Order Refunded": ("shopping-cart", "got money back"),
    "Perk Redeemed": ("gift-card", "redeemed"),
    "Consent Granted": ("shield-check", "allowed"),
    "Consent Withdrawn": ("hand-stop", "withdrew"),
    "Consent Refused": ("hand-stop", "refused"),
    "Spam Reported": ("alert-triangle", "reported spam"),
    "Snoozed": ("zzz", "asked for a pause"),
    "Page Viewed": ("eye", "looked at"),
}
ORDERS = {"Order Completed", "Order Refunded"}
HIDDEN = {"delivery", "seq", "perk", "conversation", "perks"}


@dataclass(frozen=True, slots=True)
class Names:
    """What keys stand for: products, and the options of surveys."""

    products: Mapping[str, str] = field(default_factory=dict)
    surveys: Mapping[str, Options] = field(default_factory=dict)


def told(events: Iterable[dict[str, Any]], timezone: str, names: Names | None = None) -> list[Told]:
    """Return the events as told, newest first, with the day each fell on in this zone."""
    zone = ZoneInfo(timezone or "UTC")
    return [_told(event, zone, names or Names()) for event in events]


def surveys_in(events: Iterable[dict[str, Any]]) -> set[str]:
    """Return the names of the surveys that were answered in these events."""
    return {str(_mapping(event["properties"]).get("survey") or "") for event in events if event["name"] == "Survey Answered"} - {""}


def products_in(events: Iterable[dict[str, Any]]) -> set[str]:
    """Return the keys of the products that these events name by nothing else."""
    ordered = [_mapping(event["properties"]).get("products") for event in events if event["name"] in ORDERS]
    return {
        str(one["product_id"])
        for lines in ordered
        if isinstance(lines, list)
        for one in lines
        if isinstance(one, dict) and one.get("product_id") and not one.get("name")
    }


def _told(event: dict[str, Any], zone: ZoneInfo, names: Names) -> Told:
    name, properties = event["name"], _mapping(event["properties"])
    day, at = event["at"].astimezone(zone).date(), event["at"]
    if name in WE:
        head = f"{WE[name]}{_by(properties)}"
        said = str(properties.get("message") or properties.get("turn") or "a message").replace("-", " ")
        why = f" ({_words(properties['reason'])})" if properties.get("reason") else ""
        return Told(day, at, "we", "send", head, said + why, name)
    if name in ASIDE:
        picture, head = ASIDE[name]
        return Told(day, at, "event", picture, head, _beside(name, properties, zone), name)
    picture, head = THEY.get(name, ("arrow-right", name))
    text = _order(properties, names.products) if name in ORDERS else _said(name, properties, names)
    return Told(day, at, "they", picture, head, text, name)


def _beside(name: str, properties: dict[str, Any], zone: ZoneInfo) -> str:
    if name.startswith(("Perk ", "Trial ")):
        ends = {"Perk Issued": ("good until", "expires_at"), "Trial Begun": ("runs until", "ends_at")}.get(name)
        until = f"{ends[0]} {day}" if ends and (day := _day(properties.get(ends[1]), zone)) else ""
        return ", ".join(filter(None, [_words(properties.get("offer", "")), until, str(properties.get("reason") or "")]))
    if name == "Conversation Opened":
        return ", ".join(_words(one) for one in (properties.get("intent"), properties.get("team")) if one)
    if name == "Conversation Closed":
        return _words(properties.get("outcome", ""))
    if name in {"Segment Joined", "Segment Left"}:
        return _words(properties.get("segment", ""))
    return _text(properties)


def _day(text: Any, zone: ZoneInfo) -> str:
    try:
        return format_date(datetime.fromisoformat(str(text)).astimezone(zone), "d MMM y", locale="en_GB")
    except ValueError:
        return ""


def _said(name: str, properties: dict[str, Any], names: Names) -> str:
    if name == "Link Clicked":
        where = properties.get("url") or properties.get("link") or "a link"
        return f"{where}{'' if properties.get('human') is not False else ' (a machine, most likely)'}"
    if name == "Message Replied":
        words = properties.get("words")
        text = " ".join(words) if isinstance(words, list) else str(words or "")
        return f"{text[:280]} ({_words(properties.get('intent', ''))})" if text else _words(properties.get("intent", "something"))
    if name == "Survey Answered":
        answers = _mapping(properties.get("answers"))
        options = names.surveys.get(str(properties.get("survey") or ""), {})
        parts = (in_words(value, options[key]) if key in options else f"{_words(key)}: {_plain(value)}" for key, value in answers.items())
        return ", ".join(parts) or _words(properties.get("survey", ""))
    if name == "Page Viewed":
        whence = f", from {properties['referrer']}" if properties.get("referrer") else ""
        return f"{properties.get('title') or properties.get('path') or properties.get('url') or properties.get('name') or 'a page'}{whence}"
    if name == "Perk Redeemed":
        order = f", order {properties['order']}" if properties.get("order") else ""
        return f"{_words(properties.get('offer', 'a perk'))}{order}"
    if name.startswith("Consent "):
        to = "to everybody" if properties.get("channel") == PUBLIC else f"by {_words(properties.get('channel', ''))}"
        return f"{_words(properties.get('purpose', ''))} {to}"
    return _text(properties)


def _order(properties: dict[str, Any], products: Mapping[str, str]) -> str:
    lines = properties.get("products")
    ordered = [one for one in lines if isinstance(one, dict)] if isinstance(lines, list) else []
    names = Counter(str(one.get("name") or products.get(str(one.get("product_id")), one.get("product_id"))) for one in ordered)
    shown = [f"{number} \N{MULTIPLICATION SIGN} {name}" if number > 1 else name for name, number in names.items()]
    worth = properties.get("revenue", properties.get("total"))
    parts = [", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")] if shown else []
    if worth is not None:
        parts.append(_money(worth, str(properties.get("currency") or "")))
    return " · ".join(parts) or str(properties.get("order_id", ""))


def _money(worth: Any, currency: str) -> str:
    try:
        return format_currency(float(worth), currency, locale="en_GB") if currency else str(worth)
    except (ValueError, UnknownCurrencyError):
        return f"{worth} {currency}".strip()


def _text(properties: dict[str, Any]) -> str:
    shown = [(key, value) for key, value in properties.items() if key not in HIDDEN and value not in (None, "", [], {})]
    if len(shown) == 1 and shown[0][1] is not True:
        return _plain(shown[0][1])
    return ", ".join(_words(key) if value is True else f"{_words(key)}: {_plain(value)}" for key, value in shown[:6])


def _by(properties: dict[str, Any]) -> str:
    return f" by {'e-mail' if properties.get('channel') == 'email' else properties['channel']}" if properties.get("channel") else ""


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value[:5])
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in list(value.items())[:4])
    return str(value)[:120]


def _words(text: Any) -> str:
    return "e-mail" if text == "email" else str(text).replace("_", " ").replace("-", " ")


def _mapping(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
