"""What a backup says of itself, and whether it may be put back here."""

from __future__ import annotations

import re
from datetime import datetime  # noqa: TC003  msgspec tells others of it at run time
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "database.dump"


class Member(msgspec.Struct, frozen=True):
    """One part of a backup: its length in bytes and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


class LakeCopy(msgspec.Struct, frozen=True):
    """A workspace's events in the lake: the last batch they hold, and the parts they are in with their months."""

    batch_no: int
    files: list[tuple[str, str]]


class Manifest(msgspec.Struct, frozen=True):
    """The last part of a backup, written when all others are whole. `taken_at` is the moment that it shows."""

    duologue_backup: int
    version: str
    generation: int
    taken_at: datetime
    postgresql: int
    key: str
    migrations: list[str]
    workspaces: list[str]
    lake: dict[str, LakeCopy]
    members: dict[str, Member]


class Here(msgspec.Struct, frozen=True):
    """What a backup would be put back into: this version, its migrations, its key's mark, its server's major version."""

    version: str
    migrations: Collection[str]
    key: str
    postgresql: int


def read_manifest(text: bytes) -> Manifest | str:
    """Return what a manifest says, or the sentence why it says nothing to this version."""
    try:
        said: dict[str, Any] = msgspec.json.decode(text)
        number = int(said["duologue_backup"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return "It is no backup of Duologue: its manifest cannot be read."
    if number > FORMAT:
        return f"It was made by Duologue {said.get('version', '?')}, which writes backups this version does not know. Install that version."
    try:
        return msgspec.convert(said, Manifest)
    except msgspec.ValidationError as error:
        return f"It is no backup of Duologue: its manifest cannot be read ({error})."


def why_not(manifest: Manifest, here: Here, *, with_new_key: bool) -> str | None:
    """Return the sentence why a backup cannot be put back here, or None where it can."""
    if later(manifest.version, here.version) or not set(manifest.migrations) <= set(here.migrations):
        return f"It was made by Duologue {manifest.version}, and this is {here.version}. Install that version or a later one first."
    if manifest.postgresql > here.postgresql:
        return (
            f"It comes from PostgreSQL {manifest.postgresql}, and this database is of version {here.postgresql}. "
            "Give it a server of that version or a later one."
        )
    if manifest.key != here.key and not with_new_key:
        return (
            "It was made under another installation key, or by another installation. Put the key that was kept apart into "
            "keys/installation of the data folder (or DUOLOGUE_SECRET_KEY). Where it is lost, --with-new-key goes on without it: "
            "links in messages that were sent stop working, secrets have to be entered again, and the list of the erased cannot be read."
        )
    return None


def later(version: str, than: str) -> bool:
    """Say whether a version is later than another, by their numbers."""
    return _numbers(version) > _numbers(than)


def _numbers(version: str) -> list[int]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return [int(part) for part in found[0].split(".")] if found else []


def mistake_in_generation(folder: int, coming: int, database: int, *, lake_elsewhere: bool) -> str | None:
    """Return the sentence why a data folder and a database do not belong together, or None where they do.

    `coming` is the generation that the folder was going over to when it was last written. A folder of another machine that
    only works here may be behind, where the lake is elsewhere.
    """
    if database in {folder, coming} or (database > folder and lake_elsewhere):
        return None
    if database < folder:
        return (
            f"The database was put back to an earlier state (generation {database}, and the data folder is of {folder}) by something "
            "else than duologue restore. It does not know what was sent since, and would send it again. "
            "Run: duologue restore --as-it-is"
        )
    return (
        f"The data folder is older than the database (generation {folder}, and the database is of {database}): it was put back by "
        "itself. Put the right folder back, or run: duologue restore --as-it-is"
    )


def mistake_without_generation(database: int) -> str | None:
    """Return the sentence why a data folder that knows of no generation does not belong to a database, or None for a new one."""
    if database == 0:
        return None
    return (
        f"The data folder knows nothing of this database (which is of generation {database}): the database was put back without it, or "
        "the folder was lost. What was sent since would be sent again. Put the right folder back (DUOLOGUE_DATA), or run: "
        "duologue restore --as-it-is"
    )
