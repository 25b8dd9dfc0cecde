"""What people are given, in words: the title of a perk, and what is promised for answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_currency, format_decimal

from duologue.engage.perks.terms import terms_of
from duologue.kit.money import major
from duologue.strategize.offers.queries import current
from duologue.strategize.offers.rules import to_json
from duologue.web.public.words import WORDS

if TYPE_CHECKING:
    from duologue.platform.workspaces.models import Workspace
    from duologue.strategize.dialogues.rules.survey import Survey


def promised(workspace: Workspace, survey: Survey, language: str) -> str:
    """Return what a survey gives in return: the offer that it names in words, or its own text; "" where it promises nothing."""
    if not survey.in_return:
        return ""
    offer = current(workspace, survey.in_return)
    if offer is None:
        return survey.in_return
    data = to_json(offer)
    terms = terms_of(data, workspace.currency, workspace.timezone)
    share = str(data.get("worth") or "") if terms.is_share else ""
    title = perk_title(terms.kind, share=share, worth=terms.worth, points=terms.points, currency=workspace.currency, language=language)
    return f"{title}. {terms.says}" if terms.says else title


def perk_title(kind: str, *, share: str, worth: int, points: int, currency: str, language: str) -> str:
    """Return what a perk is in a few words, with its worth (minor units, or a share as in 10%) where it has one."""
    words = WORDS[language]
    shown = share or (money_in(language, worth, currency) if worth else "")
    title = words.get(f"perk_{kind}_worth" if shown else f"perk_{kind}", words["perk_discount"])
    return title.replace("WORTH", shown).replace("POINTS", number_in(language, points))


def money_in(language: str, minor: int, currency: str) -> str:
    """Return money as it is written in a language."""
    return format_currency(major(minor, currency), currency, locale=_locale(language))


def number_in(language: str, number: int) -> str:
    """Return a number as it is written in a language."""
    return format_decimal(number, locale=_locale(language))


def _locale(language: str) -> str:
    return "en_GB" if language == "en" else language
