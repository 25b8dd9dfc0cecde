"""A site as its page shows it: its words with values filled in, its blocks, its forms, and the other languages it is there in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from babel import Locale
from django.utils.safestring import mark_safe

from duologue.brand.book.queries import current as current_book
from duologue.engage.contributions.queries import shown as still_said
from duologue.engage.contributions.queries import sizes
from duologue.engage.parents.rules import ADDRESS as PARENT
from duologue.engage.sites import values
from duologue.engage.sites.rules.forms import TRAP, WHICH
from duologue.engage.sites.rules.language import chosen
from duologue.engage.sites.rules.page import REACHES, forms_of, said_in
from duologue.engage.templates.liquid import ContentFailed
from duologue.people.consent.ages import UNKNOWN, age_of_consent
from duologue.platform.database.versions import in_force
from duologue.platform.workspaces.hosts import public_url
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.rules import asking
from duologue.strategize.dialogues.rules import survey as surveys
from duologue.strategize.dialogues.surveys import survey_of
from duologue.strategize.models import SurveyVersion
from duologue.web.public.answers import read_answers
from duologue.web.public.given import promised
from duologue.web.public.giving import kept_photos, wordings
from duologue.web.public.look import look_of
from duologue.web.public.machines import token
from duologue.web.public.questions import shown
from duologue.web.public.words import WORDS, language_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from duologue.brand.book.rules import Book
    from duologue.engage.contributions.photos import TakenPhoto
    from duologue.engage.contributions.rules import Voices
    from duologue.engage.sites.rules.page import Block, Form, Site
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.survey import Survey
    from duologue.web.public.access import Visit

TEMPLATE: Final = "public/site.html"
KINDS: Final = {"email": "email", "phone": "tel", "birthday": "date"}
COMPLETES: Final = {
    "called": "nickname",
    "first_name": "given-name",
    "last_name": "family-name",
    "company": "organization",
    "city": "address-level2",
}
COMPLETES_MORE: Final = {"phone": "tel", "postcode": "postal-code", "birthday": "bday", "country": "country-name"}


@dataclass(slots=True)
class Tried:
    """A form that was sent and is shown again: which, what it said, and what is wrong with it, or that it may simply be sent again."""

    which: str
    given: Mapping[str, Sequence[str]]
    faults: Mapping[str, str] = field(default_factory=dict)
    asks_parent: bool = False
    again: bool = False
    photos: Mapping[str, TakenPhoto] = field(default_factory=dict)


@dataclass
class Here:
    """A site in the language of whoever looks at it. `visit` is there where they came by a link of their own."""

    room: Workspace
    site: Site
    number: int
    locale: str
    locales: list[str]
    visit: Visit | None

    @property
    def language(self) -> str:
        """Return the language of our own words on the page."""
        return language_of(self.locale)

    @cached_property
    def at(self) -> datetime:
        """Return the moment it is in the workspace, asked once."""
        return now(self.room)

    @cached_property
    def base(self) -> tuple[str, bool]:
        """Return where people reach the workspace's pages, and whether that is a host of its own."""
        return public_url(self.room)

    @property
    def facts(self) -> dict[str, Any]:
        """Return what is known of whoever looks: nothing without a link of their own."""
        return self.visit.person.facts if self.visit else {}

    def survey(self, form: Form) -> Survey | None:
        """Return the survey of a form, in the language of the page."""
        if not form.survey:
            return None
        version = in_force(SurveyVersion, self.room, form.survey)
        return surveys.said_in(survey_of(version), self.locale) if version else None

    def applies(self, asked: Survey | None, answers: Mapping[str, Any], seen: Collection[str] = ()) -> list[str]:
        """Return the questions to ask now, after these answers."""
        return asking.asked(asked, answers, self.facts, self.at, shown=seen) if asked else []

    def known(self, form: Form) -> dict[str, str]:
        """Return the fields that need not be asked for, and of addresses which it is."""
        if self.visit is None:
            return {}
        person, origin = self.visit.person, self.visit.origin
        found = {key: str(person.facts[key]) for key in form.asks if person.facts.get(key) not in {None, ""}}
        for kind in REACHES:
            if own := (origin.address if kind == origin.channel else "") or next(iter(person.identifiers.get(kind, ())), ""):
                found[kind] = own
        return found


def here(room: Workspace, site: Site, number: int, request: HttpRequest, visit: Visit | None = None) -> Here:
    """Return a site in the language asked for, else the person's, else one that the browser accepts."""
    there = list(dict.fromkeys([site.locale or room.locale, *site.locales]))
    person = visit.person.locale if visit else ""
    locale = chosen(there, asked=request.GET.get("in", ""), person=person, accept=request.headers.get("Accept-Language", ""))
    return Here(room, said_in(site, locale), number, locale, there, visit)


def address(room: Workspace, name: str, base: tuple[str, bool] | None = None) -> str:
    """Return where a site is, for everybody: under the brand's own host where it has one. `base` is `public_url`, where it is known."""
    url, is_own = base or public_url(room)
    return f"{url}/{name}" if is_own else f"{url}/at/{room.name}/{name}"


def context(shown_here: Here, *, done: str | None = None, tried: Tried | None = None, draft: str = "") -> dict[str, Any]:
    """Return what the page's template shows. `done` names the form that was sent; `draft` is said above a page that is none yet."""
    room, site = shown_here.room, shown_here.site
    book = current_book(room)
    words = WORDS[shown_here.language]
    known = values.values_of(shown_here.facts, site.fallback, brand_values(book))
    forms = {name: _form(shown_here, name, form, words, known, done=done, tried=tried) for name, form in forms_of(site).items()}
    parts = [_voices(room, block.voices) if block.voices else _part(block, known, forms) for block in site.blocks]
    placed = {block.form for block in site.blocks if block.form}
    parts += [{"kind": "form", "form": form} for name, form in forms.items() if name not in placed]
    return {
        "site": site,
        "title": _line(site.title, known),
        "text": _html(site.text, known),
        "parts": parts,
        "languages": _languages(shown_here),
        "canonical": address(room, site.site, shown_here.base),
        "is_personal": shown_here.visit is not None,
        "draft": draft,
        "workspace": room,
        "imprint": _html(book.footer, known),
        "trap": TRAP,
        "which": WHICH,
        "token": token(room),
        "brand": book,
        "look": look_of(book, room),
        "words": words,
        "language": shown_here.locale,
    }


def _form(
    shown_here: Here,
    name: str,
    form: Form,
    words: Mapping[str, str],
    known: Mapping[str, Any],
    *,
    done: str | None,
    tried: Tried | None,
) -> dict[str, Any]:
    mine = tried if tried is not None and tried.which == name else None
    given, faults = (mine.given, mine.faults) if mine else ({}, {})
    asked = shown_here.survey(form)
    answers = read_answers(asked, given)[0] if asked and mine else {}
    photos = mine.photos if mine else {}
    answers |= dict.fromkeys(photos, True)
    boxes = wordings(shown_here.room, asked) if asked else {}
    applies = shown_here.applies(asked, answers, given.get("shown", ()))
    skipped = shown_here.known(form)
    age = age_of_consent(shown_here.room.country) or UNKNOWN
    asks = [(place, field) for place, field in enumerate(form.asks) if field not in skipped]
    return {
        "name": name,
        "prefix": f"{name}-" if name else "",
        "done": done == name,
        "thanks": _html(form.thanks, known) or words["form_thanks"],
        "fields": [field_shown(field, given, faults, words, needed=place == 0, age=age) for place, field in asks],
        "questions": shown(asked, given, faults, words, only=applies, agreeing=boxes, photos=kept_photos(photos)) if asked else [],
        "has_photos": any(one.kind == "photo" for one in asked.questions.values()) if asked else False,
        "asks_again": bool(boxes) and shown_here.visit is None,
        "seen": applies,
        "promised": promised(shown_here.room, asked, shown_here.language) if asked else "",
        "parent": {"value": next(iter(given.get(PARENT, [])), ""), "fault": words.get(faults.get(PARENT, ""), "")}
        if mine and mine.asks_parent
        else None,
        "consents": [(purpose, said, f"consent-{purpose}" in given) for purpose, said in form.consent.items()],
        "confirm": form.confirm,
        "button": form.button or words["survey_send"],
        "again": mine.again if mine else False,
    }


def _part(block: Block, known: Mapping[str, Any], forms: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if block.form:
        return {"kind": "form", "form": forms[block.form]}
    if block.text:
        return {"kind": "text", "html": _html(block.text, known)}
    if block.quote:
        return {"kind": "quote", "html": _html(block.quote, known), "by": block.by}
    return {"kind": block.kind, "block": block, "label": _line(block.button, known)}


def _voices(room: Workspace, asked: Voices) -> dict[str, Any]:
    """Return what people say, as far as they allow it at this moment, each with the size of its photo."""
    rows = still_said(room, survey=asked.survey, most=asked.most)
    measured = sizes(room, rows)
    return {"kind": "voices", "voices": [(row, *measured.get(row.pk, (0, 0))) for row in rows]}


def field_shown(
    field: str,
    filled: Mapping[str, Sequence[str]],
    faults: Mapping[str, str],
    words: Mapping[str, str],
    *,
    needed: bool,
    age: int,
) -> dict[str, Any]:
    """Return a field of a form as a page shows it, with what is filled in and what is wrong with it."""
    steps = [("yes", f"{age} {words['old_enough_yes']}"), ("no", words["old_enough_no"])] if field == "old_enough" else []
    return {
        "key": field,
        "label": words[f"field_{field}"],
        "kind": KINDS.get(field, "text"),
        "completes": COMPLETES.get(field) or COMPLETES_MORE.get(field) or field,
        "needed": needed,
        "value": next(iter(filled.get(field, [])), ""),
        "fault": words.get(faults.get(field, ""), ""),
        "steps": [(value, label, value in filled.get(field, [])) for value, label in steps],
    }


def _languages(shown_here: Here) -> list[dict[str, Any]]:
    """Return the languages of a page by their own names, with their addresses; none where there is only one."""
    if len(shown_here.locales) < 2:
        return []
    base = address(shown_here.room, shown_here.site.site, shown_here.base)
    return [
        {
            "locale": locale,
            "name": str(Locale.parse(locale, sep="-").get_display_name(locale) or locale).capitalize(),
            "address": f"{base}?in={locale}",
            "is_this": locale == shown_here.locale,
        }
        for locale in shown_here.locales
    ]


def brand_values(book: Book) -> dict[str, str]:
    """Return what a page may say of the brand."""
    return {"name": book.name, "promise": book.promise, "website": book.website}


def _html(markdown: str, known: Mapping[str, Any]) -> str:
    try:
        return mark_safe(values.html(markdown, known))  # noqa: S308 - no HTML of its own is let through
    except ContentFailed:
        return ""


def _line(text: str, known: Mapping[str, Any]) -> str:
    try:
        return values.line(text, known)
    except ContentFailed:
        return ""
