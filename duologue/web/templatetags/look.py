"""How pages show icons, numbers, money and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, get_currency_precision
from django import template
from django.templatetags.static import static
from django.utils.html import format_html

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()

NOTHING = "\N{EN DASH}"
SPELLED = {"email": "e-mail", "sms": "SMS", "nps": "NPS", "external": "external id", "card": "loyalty card", "handle": "social handle"}
ENDINGS = {
    "end": "went to the end",
    "goal": "reached the goal",
    "erased": "was erased",
    "uncertain": "perhaps sent",
    "bounced": "came back",
}
FIELDS = {"body": "letter", "mjml": "letter", "text": "text part", "preview": "preheader", "items": "products"}
UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}
SPAN = re.compile(r"\b(\d+)([smhdw])\b")


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """Draw an icon of the sprite; it is decoration, the words beside it say what is meant."""
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, static("icons.svg"), name)


@register.filter
def field_words(path: str) -> str:
    """Name the place of a text in its file: "email.body" is the letter, "locales.de.email.subject" the subject in de."""
    *around, last = path.split(".")
    named = FIELDS.get(last, last.replace("_", " "))
    if around[:1] == ["locales"]:
        return f"{named}, {around[1]}"
    return f"{named}, variant {around[1]}" if around[:1] == ["variants"] else named


@register.filter
def count(value: Any) -> str:
    """Write a number with thousands apart."""
    return f"{value:,}" if isinstance(value, int | float) else ("0" if value is None else str(value))


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Write minor units of a currency as people read them."""
    if minor is None:
        return NOTHING
    digits = get_currency_precision(currency)
    return format_currency(int(minor) / 10**digits, currency, locale="en_GB")


@register.filter
def percent(part: float | None, whole: float | None) -> str:
    """Write a part of a whole as a percentage; next to nothing is said to be so."""
    if not whole:
        return NOTHING
    share = 100 * (part or 0) / whole
    if 0 < share < 1:
        return "<1%"
    return f"{share:.0f}%"


@register.filter
def at(found: Any, key: Any) -> Any:
    """Return what a map holds under a key, or nothing."""
    return found.get(key) if isinstance(found, dict) else None


@register.filter
def share(part: float | None, whole: float | None) -> float:
    """Return a part of a whole in hundredths, for the width of a bar."""
    return round(100 * (part or 0) / whole, 1) if whole else 0.0


@register.filter
def moment(at: datetime | None, workspace: Any = None) -> str:
    """Write a moment on the workspace's clock: 'Mon 5 Jan 2026, 12:00'."""
    return _written(at, workspace, "EEE d MMM y, HH:mm")


@register.filter
def day(at: datetime | date | None, workspace: Any = None) -> str:
    """Write the day of a moment: 'Mon 5 Jan 2026'."""
    return _written(at, workspace, "EEE d MMM y")


@register.filter
def day_in(at: datetime, language: str) -> str:
    """Write a day as people of a language write it: '5 January 2026'."""
    return format_date(at, "long", locale="en_GB" if language == "en" else language.replace("-", "_"))


@register.filter
def hour(at: datetime | None, workspace: Any = None) -> str:
    """Write the time of day of a moment."""
    return _written(at, workspace, "HH:mm")


@register.filter
def since(at: datetime | None, now: datetime | None) -> str:
    """Write how far a moment lies from now: '3 hours ago', 'in 2 days'."""
    if at is None or now is None:
        return NOTHING
    gap: timedelta = at - now
    if abs(gap) < timedelta(seconds=90):
        return "just now"
    return format_timedelta(gap, add_direction=True, locale="en_GB", threshold=1.2)


@register.filter
def due(at: datetime | None, now: datetime | None) -> str:
    """Write when something is due: 'due in 2 hours', 'due now', 'late by 1 hour'."""
    if at is None or now is None:
        return NOTHING
    gap: timedelta = at - now
    if abs(gap) < timedelta(seconds=90):
        return "due now"
    length = format_timedelta(abs(gap), locale="en_GB", threshold=1.2)
    return f"due in {length}" if gap > timedelta(0) else f"late by {length}"


@register.filter
def stars(number: int) -> str:
    """Write so many of five stars."""
    return "★" * number + "☆" * (5 - number)


@register.filter
def locale_name(code: str, language: str = "en_GB") -> str:
    """Write a locale as its name."""
    try:
        return Locale.parse(code, sep="-").get_display_name(language) or code
    except (UnknownLocaleError, ValueError):
        return code


@register.filter
def country_name(code: str, language: str = "en") -> str:
    """Write a country as its name."""
    return str(Locale.parse(language).territories.get(code, code))


@register.filter
def sentence(text: str) -> str:
    """End a text as a sentence ends."""
    return text if text.endswith((".", "!", "?", "\N{HORIZONTAL ELLIPSIS}")) else f"{text}."


@register.filter
def words(text: str) -> str:
    """Write a name of the code as words: 'hard_bounce' as 'hard bounce', 'email' as 'e-mail'."""
    return SPELLED.get(str(text)) or str(text).replace("_", " ").replace("-", " ")


@register.filter
def read_words(name: str) -> str:
    """Write what a rule looks at: 'event:Order Completed' as '“Order Completed”', 'fact:country' as 'country'."""
    kind, _, rest = str(name).partition(":")
    return f"“{rest}”" if kind == "event" and rest else words(rest or kind)


@register.filter
def ending(reason: str) -> str:
    """Write why a run ended, or an answer did not arrive: 'withheld: no_consent' as 'not sent (no consent)'."""
    kind, _, why = str(reason).partition(": ")
    if kind in {"withheld", "failed"}:
        return f"{'not sent' if kind == 'withheld' else 'could not be sent'}{f' ({words(why)})' if why else ''}"
    return ENDINGS.get(kind) or words(reason)


@register.filter
def spans(text: str) -> str:
    """Write the lengths of time in a text in full: 'after 180d' as 'after 180 days'."""
    return SPAN.sub(lambda found: f"{found[1]} {UNITS[found[2]]}{'' if found[1] == '1' else 's'}", str(text))


@register.filter
def get(mapping: dict[str, Any] | None, key: Any) -> Any:
    """Look a key up that is only known by name."""
    return (mapping or {}).get(key)


@register.filter
def initials(name: str) -> str:
    """Return up to two initials for a round picture."""
    known, at, _ = str(name).partition("@")
    letters = [word[0] for word in (re.sub(r"[._+0-9-]", " ", known) if at else known).split() if word[0].isalnum()]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters[:1]).upper() or "?"


@register.simple_tag(takes_context=True)
def here(context: template.Context, place: str) -> SafeString | str:
    """Mark the menu entry of the page one is on."""
    return format_html('aria-current="{}"', "page") if context.get("place") == place else ""


def _written(at: datetime | date | None, workspace: Any, pattern: str) -> str:
    if at is None:
        return NOTHING
    if not isinstance(at, datetime):
        return format_datetime(datetime(at.year, at.month, at.day, tzinfo=UTC), pattern, locale="en_GB")
    zone = ZoneInfo(getattr(workspace, "timezone", "") or "UTC")
    return format_datetime(at.astimezone(zone), pattern, tzinfo=zone, locale="en_GB")


@register.filter
def sum_parts(people: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of 'considered', in the order in which they are drawn; they add up to it."""
    ended = dict(people.get("ended") or {})
    goal = ended.pop("goal", 0)
    waiting = people.get("not_started") or {}
    return [
        {"kind": "c-held", "number": people.get("held_out", 0), "name": "held out, to compare with", "why": ""},
        {"kind": "c-wait", "number": sum(waiting.values()), "name": "not started", "why": reasons(waiting)},
        {"kind": "c-way", "number": people.get("under_way", 0), "name": "under way", "why": ""},
        {"kind": "c-goal", "number": goal, "name": "ended, goal reached", "why": ""},
        {"kind": "c-end", "number": sum(ended.values()), "name": "ended otherwise", "why": endings(ended)},
    ]


@register.filter
def reasons(counted: dict[str, int] | None) -> str:
    """Write counts by reason as one line, the largest first: '148 no consent, 19 paused'."""
    largest = sorted((counted or {}).items(), key=lambda pair: -pair[1])
    return ", ".join(f"{number:,} {words(reason)}" for reason, number in largest if number)


def endings(counted: dict[str, int]) -> str:
    """Write how runs ended as one line, the largest first: '14 went to the end'."""
    largest = sorted(counted.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{number:,} {ending(reason)}" for reason, number in largest if number)


@register.filter
def half(number: float) -> str:
    """Return half of a length, for the middle of a drawing."""
    return f"{number / 2:.0f}"


@register.filter
def is_mapping(value: Any) -> bool:
    """Say whether a value of someone's file is a mapping."""
    return isinstance(value, dict)


@register.filter
def is_list(value: Any) -> bool:
    """Say whether a value of someone's file is a list."""
    return isinstance(value, list | tuple)
