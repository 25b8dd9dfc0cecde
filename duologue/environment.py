"""Reads DUOLOGUE_… variables and refuses values it does not understand."""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit


class SettingRefused(ValueError):
    """An environment variable holds something it must not; the sentence says which and what it may hold."""


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE points at (for secrets)."""
    if file := os.environ.get(f"{name}_FILE"):
        path = Path(file)
        if not path.is_file():
            raise SettingRefused(f"{name}_FILE points at {file}, which is not a file.")
        return path.read_text().strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool) -> bool:
    """Return a yes-or-no setting; anything but 1/0, yes/no, true/false, on/off is refused."""
    value = text(name).lower()
    if value == "":
        return default
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise SettingRefused(f"{name} is {value!r}; write yes or no.")


def number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    """Return a whole number between `least` and `most`, both included."""
    value = text(name)
    if value == "":
        return default
    if not value.lstrip("-").isdigit() or not least <= int(value) <= most:
        raise SettingRefused(f"{name} is {value!r}; write a whole number from {least} to {most}.")
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    """Return a comma-separated list without empty entries."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def networks(name: str, default: list[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return a comma-separated list of networks, as in 10.0.0.0/8; an address alone is a network of one. All the world is refused."""
    found = []
    for word in words(name, default):
        try:
            network = ip_network(word)
        except ValueError:
            raise SettingRefused(f"{name} has {word!r}; write addresses or networks, as in 10.0.0.7, 172.16.0.0/12.") from None
        if network.prefixlen == 0:
            raise SettingRefused(f"{name} has {word!r}, which is everybody; name the networks of your proxies alone.")
        found.append(network)
    return tuple(found)


def folder_or_address(name: str) -> str:
    """Return nothing where it is not set, a folder as its whole path, also of file:///folder, or another address as it is."""
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
            raise SettingRefused(f"{name} is {value!r}; a folder of this machine is written file:///srv/lake, or /srv/lake.")
        return unquote(parts.path)
    return str(Path(value).absolute()) if value and "://" not in value else value


def database_url(url: str) -> dict[str, object]:
    """Turn postgresql://user:password@host:port/name into the parts Django wants.

    A socket folder is given as ?host=/folder. Raises SettingRefused for any other scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SettingRefused("DATABASE_URL must begin with postgresql://, for example postgresql://user:password@host:5432/duologue.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "duologue",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(query.get("port", parts.port or "")),
    }
