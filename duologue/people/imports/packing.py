"""Drafts packed, on their way between processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from duologue.people.imports.lines import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

_decoder = msgspec.msgpack.Decoder(list[Draft])


def pack(drafts: Sequence[Draft]) -> bytes:
    """Pack drafts, and leave out of them what the one before them on the same line says too."""
    for before, draft in zip(drafts[-2::-1], drafts[:0:-1], strict=True):
        if draft.event.identifiers is before.event.identifiers:
            draft.event.identifiers, draft.event.shown, draft.row = [], [], []
    return msgspec.msgpack.encode(drafts)


def unpack(packed: bytes) -> list[Draft]:
    """Return drafts as they were, with what was left out."""
    drafts = _decoder.decode(packed)
    before = None
    for draft in drafts:
        if before is not None and not draft.event.identifiers:
            draft.event.identifiers, draft.event.shown, draft.row = before.event.identifiers, before.event.shown, before.row
        before = draft
    return drafts
