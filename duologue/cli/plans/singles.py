"""Reading the plan files of which there is one each, and that hold many things: purposes, topics, teams, channels."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from duologue.cli.plans.endpoints import told
from duologue.kit.yaml import Document, read_yaml

BASES = ("consent", "contract", "confirmation")
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
RELAY_KEYS = frozenset({"channel", "kind", "test", "weight", "enabled"})


class Relay(msgspec.Struct, frozen=True):
    """A relay as channels.yaml describes it; what is not named here goes into `settings`."""

    name: str
    channel: str
    kind: str
    is_test: bool
    weight: int
    is_enabled: bool
    settings: dict[str, Any]


def read_purposes(text: str, file: str) -> dict[str, dict[str, Any]]:
    """Return purposes by name: {title, about, basis, shows}; raises Mistakes."""
    document = named_maps(text, file, "promotions: {title: News and offers, basis: consent}")
    found = {}
    for name, given in document.data.items():
        document.unknown_keys((name,), given, {"title", "about", "basis", "shows"}, "A purpose")
        if given.get("basis", "consent") not in BASES:
            document.refuse((name, "basis"), f"`basis` is one of {', '.join(BASES)}, not {given['basis']!r}.")
        shows = given.get("shows", False)
        if not isinstance(shows, bool) or (shows and given.get("basis", "consent") != "consent"):
            document.refuse((name, "shows"), "`shows` is true or false; what people gave is shown by their consent.")
        found[name] = {key: str(value).strip() for key, value in given.items() if key != "shows"} | (
            {"shows": True} if shows is True else {}
        )
    document.settle()
    return found


def read_topics(text: str, file: str) -> dict[str, dict[str, str]]:
    """Return topics by name: {title, about}; raises Mistakes."""
    document = named_maps(text, file, "recipes: {title: Recipes, about: One each week}")
    found = {}
    for name, given in document.data.items():
        document.unknown_keys((name,), given, {"title", "about"}, "A topic")
        if not NAME.fullmatch(str(name)):
            document.refuse((name,), f"{name!r} is no name for a topic: small letters, digits, - and _, 40 at most.")
        found[name] = {key: str(value).strip() for key, value in given.items()}
    document.settle()
    return found


def read_teams(text: str, file: str) -> dict[str, list[str]]:
    """Return teams by name, each a list of e-mail addresses; raises Mistakes."""
    document = named_maps(text, file, "care: {emails: [care@shop.example]}")
    found = {}
    for name, given in document.data.items():
        document.unknown_keys((name,), given, {"emails"}, "A team")
        emails = given.get("emails", [])
        if not isinstance(emails, list) or not all(isinstance(one, str) and "@" in one for one in emails):
            document.refuse((name, "emails"), "`emails` is a list of addresses, as in [care@shop.example].")
            emails = []
        found[name] = emails
    document.settle()
    return found


def read_relays(text: str, file: str) -> list[Relay]:
    """Return the relays of channels.yaml; raises Mistakes. Passwords are named by `password_secret`, never written here."""
    document = named_maps(text, file, "main: {channel: email, kind: smtp, host: mail.shop.example}")
    found = []
    for name, given in document.data.items():
        nested = given.get("settings", {})
        if not isinstance(nested, dict):
            document.refuse((name, "settings"), "`settings` is a map.")
            nested = {}
        weight = given.get("weight", 1)
        if not isinstance(weight, int) or weight < 0:
            document.refuse((name, "weight"), "`weight` is a number from 0 up.")
            weight = 1
        if "kind" not in given:
            document.refuse((name,), f"The relay {name!r} needs a `kind`: smtp or mailbox.")
        settings = {**{key: value for key, value in given.items() if key not in {*RELAY_KEYS, "settings"}}, **nested}
        found.append(
            Relay(
                name=name,
                channel=str(given.get("channel", "email")),
                kind=str(given.get("kind", "smtp")),
                is_test=bool(given.get("test", False)),
                weight=weight,
                is_enabled=bool(given.get("enabled", True)),
                settings=settings,
            )
        )
    document.settle()
    return found


def read_hosts(text: str, file: str) -> dict[str, str]:
    """Return the brand's own hosts by name, each with the site at its root; raises Mistakes."""
    document = named_maps(text, file, "letters.tea.example: {home: tea-letter}")
    for name, given in document.data.items():
        document.unknown_keys((name,), given, {"home"}, "A host")
    document.settle()
    return {str(name): str(given.get("home", "")) for name, given in document.data.items()}


def read_webhooks(text: str, file: str) -> dict[str, dict[str, Any]]:
    """Return webhooks by name: {url, signing_secret, is_test}, or of one that names events {url, events, addresses, test}.

    Raises Mistakes. Secrets are named, never written here.
    """
    document = named_maps(text, file, "stock: {url: https://shop.example/hooks/stock}")
    found = {}
    for name, given in document.data.items():
        is_told = "events" in given
        known = {"url", "events", "addresses", "test"} if is_told else {"url", "events", "signing_secret", "test"}
        document.unknown_keys((name,), given, known, "A webhook that is told of events" if is_told else "A webhook")
        url = given.get("url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            document.refuse((name, "url"), f"The webhook {name!r} needs a `url` that begins with https://.")
        if is_told:
            if not isinstance(given["events"], str | list):
                document.refuse((name, "events"), "`events` is a list of names of events, or '*' for all.")
            found[name] = told(given)
            continue
        found[name] = {"url": str(url), "signing_secret": str(given.get("signing_secret", "")), "is_test": given.get("test") is True}
    document.settle()
    return found


def named_maps(text: str, file: str, example: str) -> Document:
    """Read a file that is a map of names, each with a map; raises Mistakes where it is none."""
    document = read_yaml(text, file)
    if document.data is None:
        document.data = {}
    if not isinstance(document.data, dict):
        document.refuse((), f"This file is a map of names, as in {example}.")
        document.settle()
    for name, given in document.data.items():
        if not isinstance(given, dict):
            document.refuse((name,), f"{name!r} needs a map, as in {example}.")
    document.settle()
    return document
