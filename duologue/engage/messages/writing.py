"""Writing what the gate let through: perks set aside, values filled in, a letter for each delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from duologue.engage.channels.email.quoted import ready
from duologue.engage.channels.protocol import Letter
from duologue.engage.messages import versions
from duologue.engage.messages.items import FIRST_LINK, as_read, choose_items
from duologue.engage.messages.rehearsing import rehearse
from duologue.engage.messages.rules.body import remembered
from duologue.engage.messages.voices import as_read as said
from duologue.engage.messages.voices import choose_voices
from duologue.engage.perks.actions import PerkRequest, reserve
from duologue.engage.perks.queries import of_runs
from duologue.engage.templates.liquid import ContentFailed
from duologue.kit.clock import zone_named
from duologue.kit.money import major
from duologue.people.names.rules import with_called
from duologue.people.profiles.queries import KnownPerson
from duologue.platform.secrets.signing import sign, sign_each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duologue.engage.messages.claims import Claimed, Judged
    from duologue.engage.messages.content.compile import Compiled
    from duologue.engage.messages.surroundings import Surroundings
    from duologue.platform.workspaces.models import Workspace

Contents = dict[tuple[int | None, str, str, str], "Compiled"]
PAGES = {"unsubscribe": "u", "preferences": "p", "why": "w", "not_now": "n", "perks": "y", "web": "v"}
_as_json = msgspec.json.Encoder(enc_hook=str).encode
PLAIN_PAGES = {"parent": "g", "known": "d"}


class Day(datetime):
    """A moment that Liquid's `date` filter can format, and that by itself reads as a day in the person's language."""

    words: str

    @classmethod
    def at(cls, moment: datetime, words: str) -> Day:
        """Return the moment with its words."""
        day = cls.fromtimestamp(moment.timestamp(), moment.tzinfo)
        day.words = words
        return day

    def __str__(self) -> str:
        return self.words


@dataclass(slots=True)
class Written:
    """Letters to hand over, and the deliveries that could not be written, with the reason."""

    letters: list[Letter] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    details: dict[int, str] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)  # of each letter what it named of its person, as JSON


@dataclass(slots=True)
class Filled:
    """What one person would read: templates with their values, so that a preview and a letter are made from the same."""

    content: Compiled
    values: dict[str, Any]


def write_letters(workspace: Workspace, claimed: Sequence[Claimed], judged: Judged, *, around: Surroundings, now: datetime) -> Written:
    """Write a batch. Perks are reserved in the caller's transaction and remembered in each delivery's `body`."""
    written = Written()
    recall_perks(workspace, claimed)
    found = versions.versions(workspace, {one.version_id for one in claimed if one.version_id is not None})
    gone = choose_items(workspace, claimed, found, judged.known)
    choose_voices(workspace, claimed, found)
    gone |= set_perks_aside(workspace, [one for one in claimed if one.id not in gone], now)
    contents: Contents = {}
    for one in claimed:
        if one.id in gone:
            written.refused[one.id] = gone[one.id]
            continue
        try:
            reader = KnownPerson(0) if one.body.get("to_nobody") else judged.known[one.person]
            filled = fill(workspace, one, reader, found.get(one.version_id or 0), around, contents=contents)
            written.letters.append(_letter(workspace, one, filled, judged.addresses[one.id], around=around, now=now))
            if "to" not in one.body:
                written.said[one.id] = keepsake(filled, reader, around)
        except ContentFailed as error:
            written.refused[one.id] = "not_written"
            written.details[one.id] = str(error)
    return written


def _letter(workspace: Workspace, one: Claimed, filled: Filled, address: str, *, around: Surroundings, now: datetime) -> Letter:
    content, values = filled.content, filled.values
    return Letter(
        delivery=one.id,
        attempt=one.attempt + 1,
        sender_name=around.sender.name,
        sender_address=around.sender.address,
        recipient=address,
        subject=f"[{one.body['test']}] {content.subject.render(values)}" if one.body.get("test") else content.subject.render(values),
        html=content.html.render_quoted(values),
        text=content.text.render_quoted(values),
        at=now,
        unsubscribe=values["link"]["unsubscribe"] if one.kind == "promotion" else "",
        feedback=f"{one.dialogue or 'single'}:{one.message or one.turn or 'reply'}:{one.kind}:{workspace.name}",
        in_reply_to=one.body.get("in_reply_to", ""),
        reply_to=around.sender.reply_to,
    )


def keepsake(filled: Filled, person: KnownPerson, around: Surroundings) -> str:
    """Return as JSON what a letter names of its person, and by which brand book it looks: what `keeping` fills in again.

    [book, locale, country, [each fact that the content names, in its order], {items, consent, perk}], without what is empty at the end.
    """
    content, values = filled.content, filled.values
    known = values["person"]
    more: dict[str, Any] = {}
    if "items" in values:
        more["items"] = [{**item, "link": bool(item["link"])} for item in values["items"]]
    if any(path.startswith("consent.") for path in content.reads):
        more["consent"] = values["consent"]
    if content.perks and values["perk"]:
        more["perk"] = {offer: {name: _kept(value) for name, value in perk.items()} for offer, perk in values["perk"].items()}
    said = [around.book, person.locale, person.country, [known.get(key) for key in content.facts], more]
    while not said[-1] and len(said) > 1:
        said.pop()
    return _as_json(said).decode()


def _kept(value: Any) -> Any:
    return {"at": value.isoformat(), "words": value.words} if isinstance(value, Day) else value


def recall_perks(workspace: Workspace, claimed: Sequence[Claimed]) -> None:
    """Let each delivery know the perks that its run gave earlier: a reminder names the code and the day it ends."""
    runs = {one.run_id for one in claimed if one.run_id is not None and one.seq > 1}
    given = of_runs(workspace, runs) if runs else {}
    for one in claimed:
        one.earlier_perks = given.get(one.run_id or 0, {})


def set_perks_aside(workspace: Workspace, claimed: Sequence[Claimed], now: datetime) -> dict[int, str]:
    """Reserve the first offer left of each delivery's `gives`; return the reason for those that got none.

    Where none of the last one is left, what its offer names `instead` is given, and known to the message by both names.
    """
    open_ = [(one, list(one.body["gives"])) for one in claimed if one.body.get("gives") and not one.body.get("perks")]
    gone: dict[int, str] = {}
    names: dict[int, list[str]] = {}
    while open_:
        requests = [
            PerkRequest(gives[0][0], one.person, one.profile_id, run=one.run_id, seq=one.seq, version=gives[0][1]) for one, gives in open_
        ]
        again = []
        for (one, gives), answer in zip(open_, reserve(workspace=workspace, requests=requests, now=now), strict=True):
            if answer.perk is not None:
                one.body["perks"] = dict.fromkeys([gives[0][0], *names.get(one.id, ())], remembered(answer))
            elif gives[1:]:
                again.append((one, gives[1:]))
            elif answer.instead and answer.instead not in names.get(one.id, ()):
                names.setdefault(one.id, []).append(gives[0][0])
                again.append((one, [(answer.instead, None)]))
            else:
                gone[one.id] = answer.reason
        open_ = again
    return gone


def fill(
    workspace: Workspace,
    one: Claimed,
    person: KnownPerson,
    version: versions.Version | None,
    around: Surroundings,
    *,
    contents: Contents | None = None,
) -> Filled:
    """Fill a delivery's content in for its person; `contents` remembers, for a batch, what each locale reads. Raises ContentFailed."""
    key = (one.version_id, one.kind, person.locale, one.body.get("variant", ""))
    content = contents.get(key) if contents and version is not None else None
    if content is None:
        content = content_for(workspace, one, person, version, around)
        if contents is not None:
            contents[key] = content
    return Filled(content, values_for(workspace, one, person, content=content, around=around, version=version))


def content_for(
    workspace: Workspace, one: Claimed, person: KnownPerson, version: versions.Version | None, around: Surroundings
) -> Compiled:
    """Return what a delivery says, in the person's language. Raises ContentFailed."""
    locale = person.locale or workspace.locale
    is_promotion = one.kind == "promotion" or bool(one.body.get("test"))
    is_about = "to" in one.body and "test" not in one.body
    if version is not None:
        variant = one.body.get("variant", "")
        return versions.compiled(version, locale=locale, variant=variant, look=around.look, is_promotion=is_promotion, is_about=is_about)
    offer = next(iter(one.body.get("perks") or {}), "")
    kind = one.body.get("plain") or _kind_of(one, offer)
    if not kind:
        raise ContentFailed(f"There is no message {one.body.get('message') or one.turn!r} to say")
    return versions.plain(kind, locale=locale, look=around.look, is_promotion=is_promotion, is_about=is_about, offer=offer)


def _kind_of(one: Claimed, offer: str) -> str:
    if one.body.get("text"):
        return "reply"
    return "consent" if one.body.get("consent") else "ask" if one.body.get("survey") else "give" if offer else ""


def values_for(
    workspace: Workspace, one: Claimed, person: KnownPerson, *, content: Compiled, around: Surroundings, version: versions.Version | None
) -> dict[str, Any]:
    """Return all that a content may name: person, perk, brand, link, survey, reply, and what the run brings along."""
    locale = person.locale or workspace.locale
    perks = {**one.earlier_perks, **(one.body.get("perks") or {})}
    page = sign("page", workspace.id, one.id)
    values: dict[str, Any] = {
        **one.body.get("values", {}),
        "person": {"locale": locale, "country": person.country, "topic": _topics(person.facts, content), **person.facts},
        "brand": around.brand,
        "perk": {offer: _perk_words(perk, workspace, person, locale) for offer, perk in perks.items()},
        "link": _links(workspace, one.id, page, content, around),
        "survey": {"link": f"{around.public_url}/s/{page}"},
        "consent": consent_words(one.body.get("consent") or "", around),
    }
    if content.sites:
        token = "" if one.body.get("test") else page
        values["site"] = {name: site_address(workspace, name, token, around) for name in content.sites}
    if "person.called" in content.reads:
        values["person"] = with_called(values["person"], country=person.country, locale=locale)
    if (plain := one.body.get("plain")) in PLAIN_PAGES:
        values["link"]["page"] = f"{around.public_url}/{PLAIN_PAGES[plain]}/{sign(plain, workspace.id, one.id)}"
    if one.items:
        values["items"] = _items(workspace, one, person, locale, around)
    if "voices" in content.reads:
        values["voices"] = [said(row, workspace, around.public_url) for row in one.voices]
    if one.body.get("test"):
        rehearse(values, content, {name: f"{around.public_url}/{path}" for name, path in PAGES.items()}, around.public_url)
    if one.body.get("text"):
        values["reply"] = {"text": one.body["text"], "subject": one.body.get("subject") or "Re:"}
    for place, instead in version.fallback if version is not None else ():
        _stand_in(values, place, instead)
    return values


def consent_words(purpose: str, around: Surroundings) -> dict[str, Any]:
    """Return the purpose that a delivery asks for as a content names it, with what the brand commits itself to; "" for want of each."""
    found = around.purposes.get(purpose)
    said = {"title": found.title, "about": found.about, "shows": found.shows} if found else {"title": purpose, "about": "", "shows": False}
    return said | {"promised": "" if said["shows"] else around.promised}


def site_address(workspace: Workspace, name: str, token: str, around: Surroundings) -> str:
    """Return where a site is for the person who holds a token; without one, for everybody."""
    base = around.public_url if around.is_own_host else f"{around.public_url}/at/{workspace.name}"
    return f"{base}/{name}" + (f"/for/{token}" if token else "")


def _topics(facts: Mapping[str, Any], content: Compiled) -> dict[str, Any]:
    """Return what a person says of topics, by topic, as a content names them: person.topic.recipes."""
    if "topic" not in content.facts and "person" not in content.reads:
        return {}
    return {key[6:]: value for key, value in facts.items() if key.startswith("topic.")}


def _items(workspace: Workspace, one: Claimed, person: KnownPerson, locale: str, around: Surroundings) -> list[dict[str, Any]]:
    """Return the products of a delivery as its person reads them, each with a link of its own."""
    babel = _babel(f"{locale}-{person.country}", locale, workspace.locale)
    numbers = range(FIRST_LINK, FIRST_LINK + len(one.items))
    links = ready((f"{around.public_url}/l/", token) for token in sign_each("click", (workspace.id, one.id), numbers))
    if one.body.get("test"):
        links = [item.product.link or around.public_url for item in one.items]
    return [as_read(item, link=link, locale=locale, babel=babel) for item, link in zip(one.items, links, strict=True)]


def _links(workspace: Workspace, delivery: int, page: str, content: Compiled, around: Surroundings) -> dict[str, str]:
    names, heads = _places(around.public_url, len(content.links))
    tokens = sign_each("click", (workspace.id, delivery), range(1, len(content.links) + 1))
    made = ready(zip(heads, (*[page] * len(PAGES), sign("open", workspace.id, delivery), *tokens), strict=True))
    return dict(zip(names, made, strict=True))


@lru_cache(maxsize=256)
def _places(url: str, links: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a letter with so many links calls its addresses, and how each begins."""
    clicks = [f"c{number}" for number in range(1, links + 1)]
    return (*PAGES, "pixel", *clicks), (*[f"{url}/{path}/" for path in PAGES.values()], f"{url}/o/", *[f"{url}/l/"] * links)


def _perk_words(perk: Mapping[str, Any], workspace: Workspace, person: KnownPerson, locale: str) -> dict[str, Any]:
    """Return a perk as people read it: its last day on their clock and its worth in money, in their language."""
    said: dict[str, Any] = {name: perk.get(name) or "" for name in ("code", "says", "points")} | {
        "worth": "",
        "expires_at": "",
        "ends_at": "",
    }
    babel = _babel(locale, workspace.locale)
    if perk.get("expires_at"):
        local = datetime.fromisoformat(perk["expires_at"]).astimezone(zone_named(person.timezone or workspace.timezone))
        said["expires_at"] = said["ends_at"] = Day.at(local, format_date(local.date(), "long", locale=babel))
    if perk.get("worth"):
        said["worth"] = format_currency(major(perk["worth"], workspace.currency), workspace.currency, locale=babel)
    return said


def _babel(*names: str) -> Locale:
    for name in names:
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def _stand_in(values: dict[str, Any], place: tuple[str, ...], instead: Mapping[str, str]) -> None:
    """Put in what stands in for keys that are missing in a place, or empty there."""
    for part in place:
        inner = values.get(part)
        if not isinstance(inner, dict):
            inner = {}
            values[part] = inner
        values = inner
    for key, word in instead.items():
        if values.get(key) in (None, ""):
            values[key] = word
