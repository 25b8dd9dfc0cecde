"""A site as it is written: its words, its blocks and its forms, in one language or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec
from babel import Locale, UnknownLocaleError

from duologue.engage.contributions.rules import Voices, wrong_voices
from duologue.kit.typed import read_typed

if TYPE_CHECKING:
    from duologue.kit.yaml import Document, Place

ASKABLE: Final = (
    "email",
    "phone",
    "called",
    "first_name",
    "last_name",
    "name",
    "company",
    "city",
    "postcode",
    "country",
    "birthday",
    "old_enough",
)
REACHES: Final = ("email", "phone")
OF_A_FORM: Final = ("asks", "survey", "consent", "confirm", "button", "thanks")
KINDS: Final = ("text", "picture", "quote", "button", "form", "voices")


class Form(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a form asks. `asks` are its fields, of which an address must be the first; `survey` adds the questions of a survey.

    `consent` maps purposes to the words shown beside their boxes, which are never ticked beforehand. With `confirm` the boxes grant
    nothing yet: the event says what was asked for, and a dialogue asks again at the address itself (double opt-in).
    """

    asks: tuple[str, ...] = ("email",)
    survey: str = ""
    consent: dict[str, str] = {}
    confirm: bool = True
    button: str = ""
    thanks: str = ""


class Block(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One part of a page: a text (Markdown), a picture and what it `says`, a quote `by` somebody, a button leading `to`, a form, voices."""

    text: str = ""
    picture: str = ""
    says: str = ""
    quote: str = ""
    by: str = ""
    button: str = ""
    to: str = ""
    form: str = ""
    voices: Voices | None = None

    @property
    def kind(self) -> str:
        """Return which of the kinds it is."""
        return next((kind for kind in KINDS if getattr(self, kind)), "text")


class FormWords(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a form says in another language."""

    consent: dict[str, str] = {}
    button: str = ""
    thanks: str = ""


class Words(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a site says in another language; what is left out stays as it is."""

    title: str = ""
    text: str = ""
    blocks: tuple[Block, ...] = ()
    consent: dict[str, str] = {}
    button: str = ""
    thanks: str = ""
    forms: dict[str, FormWords] = {}


class Site(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of the brand. `text` and `thanks` are Markdown, and so are the texts of `blocks`, which follow it.

    A page with one form says itself what it asks; one with several names them under `forms`. `locale` is the language it is written
    in (else the workspace's), `locales` says it in others. Words may name what is known of a person who comes by a link of their own,
    with `fallback` for everybody else. `embed` lists the origins of the brand's own sites whose pages hold a form of this one.
    """

    site: str
    title: str
    text: str = ""
    blocks: tuple[Block, ...] = ()
    asks: tuple[str, ...] = ("email",)
    survey: str = ""
    consent: dict[str, str] = {}
    confirm: bool = True
    button: str = ""
    thanks: str = ""
    forms: dict[str, Form] = {}
    locale: str = ""
    locales: dict[str, Words] = {}
    fallback: dict[str, str] = {}
    embed: tuple[str, ...] = ()


def forms_of(site: Site) -> dict[str, Form]:
    """Return the forms of a page by name; the only one of a page has none, and a page that asks nothing has no form."""
    if site.forms:
        return site.forms
    if not site.asks:
        return {}
    return {"": Form(site.asks, site.survey, site.consent, site.confirm, site.button, site.thanks)}


def said_in(site: Site, locale: str) -> Site:
    """Return a site as it reads in one of its languages."""
    words = site.locales.get(locale)
    if words is None:
        return site
    forms = {name: _form_in(form, words.forms.get(name, FormWords())) for name, form in site.forms.items()}
    return msgspec.structs.replace(
        site,
        title=words.title or site.title,
        text=words.text or site.text,
        blocks=words.blocks or site.blocks,
        consent={**site.consent, **words.consent},
        button=words.button or site.button,
        thanks=words.thanks or site.thanks,
        forms=forms,
    )


def _form_in(form: Form, words: FormWords) -> Form:
    return msgspec.structs.replace(
        form, consent={**form.consent, **words.consent}, button=words.button or form.button, thanks=words.thanks or form.thanks
    )


def read_site(text: str, file: str = "") -> Site:
    """Return the site a text describes; raises Mistakes."""
    return read_typed(text, file, Site, "A site", _check)


def _check(document: Document, site: Site) -> None:
    if site.forms:
        for key in OF_A_FORM:
            if key in document.data:
                document.refuse((key,), f"A site with `forms` says `{key}` in each of them, not beside them.")
        for name, form in site.forms.items():
            _check_form(document, ("forms", name), form)
    elif site.asks:
        _check_form(document, (), forms_of(site)[""])
    _check_blocks(document, ("blocks",), site.blocks, site)
    for locale, words in site.locales.items():
        _check_locale(document, ("locales", locale), locale)
        _check_blocks(document, ("locales", locale, "blocks"), words.blocks, site)
        for name in words.forms.keys() - site.forms.keys():
            document.refuse(("locales", locale, "forms", name), f"There is no form {name!r} on this site.")
    if site.locale:
        _check_locale(document, ("locale",), site.locale)
    for index, origin in enumerate(site.embed):
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}".lower() or not parts.netloc:
            document.refuse(
                ("embed", index), f"{origin!r} is no origin; write it as in https://shop.example, in small letters, without a path."
            )


def _check_form(document: Document, place: Place, form: Form) -> None:
    if not form.asks or form.asks[0] not in REACHES:
        document.refuse((*place, "asks"), f"A form asks first for an address: {' or '.join(REACHES)}.")
    for index, field in enumerate(form.asks):
        if field not in ASKABLE:
            document.refuse((*place, "asks", index), f"A form can ask for {', '.join(ASKABLE)}, not {field!r}; for more, name a `survey`.")
    if len(set(form.asks)) < len(form.asks):
        document.refuse((*place, "asks"), "A form asks for each thing once.")


def _check_blocks(document: Document, place: Place, blocks: tuple[Block, ...], site: Site) -> None:
    shown = [block.form for block in blocks if block.form]
    for index, block in enumerate(blocks):
        here = (*place, index)
        if len([kind for kind in KINDS if getattr(block, kind) not in {"", None}]) != 1:
            document.refuse(here, f"A block is one of {', '.join(KINDS)}.")
        if block.picture and not (block.picture.startswith("https://") and block.says):
            document.refuse(here, "A picture begins with https:// and `says` what it shows, for those who do not see it.")
        if block.button and not block.to.startswith(("https://", "/", "#", "mailto:", "tel:")):
            document.refuse(here, "A button leads `to` an address that begins with https://.")
        if block.voices is not None and (why := wrong_voices(block.voices)):
            document.refuse((*here, "voices"), why)
        if block.form and block.form not in site.forms:
            document.refuse((*here, "form"), f"There is no form {block.form!r}; name it under `forms`.")
        if shown.count(block.form) > 1:
            document.refuse((*here, "form"), f"The form {block.form!r} stands on the page twice.")


def _check_locale(document: Document, place: Place, locale: str) -> None:
    try:
        Locale.parse(locale, sep="-")
    except (UnknownLocaleError, ValueError):
        document.refuse(place, f"{locale!r} is no language; write it as in de or pt-BR.")
