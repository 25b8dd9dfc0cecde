"""The one file of a backup: parts written one after the other, and a manifest at the end with the digest of each."""

from __future__ import annotations

import hashlib
import os
import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from duologue.platform.backup.rules import DATABASE, MANIFEST, Manifest, Member, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE: Final = 1 << 20  # bytes held in memory


class BackupRefused(Exception):
    """A backup cannot be made or put back; the sentence says why and what to do."""


class Writing:
    """A backup being written, beside its place."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes]) -> None:
        """Write a part from its beginning to its end."""
        digest, size = hashlib.sha256(), 0
        with self._file.open(name, "w", force_zip64=True) as part:
            while piece := source.read(PIECE):
                digest.update(piece)
                size += len(piece)
                part.write(piece)
        self.members[name] = Member(size, digest.hexdigest())

    def end(self, manifest: Manifest) -> None:
        """Write the manifest, which makes the backup whole."""
        self._file.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """Give a backup to be written; it is at its place only when all of it is on the disk."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as parts:
                yield Writing(parts)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Give a backup and what it says of itself. Raises BackupRefused for what is no backup, or not whole."""
    if not path.is_file():
        raise BackupRefused(f"There is no file {path}.")
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        raise BackupRefused(f"{path} is no backup of Duologue, or its end is missing. Take another one, or copy it again.") from None
    with file:
        names = set(file.namelist())
        if MANIFEST not in names:
            raise BackupRefused(f"{path} is no backup of Duologue: it has no manifest.")
        try:
            found = read_manifest(file.read(MANIFEST))
        except zipfile.BadZipFile:
            found = "It is damaged: its manifest cannot be read."
        if isinstance(found, str):
            raise BackupRefused(f"{path} cannot be restored. {found}")
        if missing := sorted({DATABASE, *found.members} - names):
            raise BackupRefused(f"{path} is not whole: {missing[0]} is missing. Take another one, or copy it again.")
        yield file, found


def verify(path: Path, file: zipfile.ZipFile, manifest: Manifest) -> None:
    """Read every part and compare it with the manifest. Raises BackupRefused for the first that differs."""
    for name, member in manifest.members.items():
        digest, size = hashlib.sha256(), 0
        try:
            with file.open(name) as part:
                while piece := part.read(PIECE):
                    digest.update(piece)
                    size += len(piece)
        except (zipfile.BadZipFile, OSError, EOFError):
            size = -1
        if Member(size, digest.hexdigest()) != member:
            raise BackupRefused(f"{path} is damaged: {name} is not what was written. Take another one, or copy it again.")


def as_json(manifest: Manifest) -> dict[str, Any]:
    """Return what a manifest says, as JSON values."""
    return msgspec.to_builtins(manifest)  # type: ignore[no-any-return]
