"""Taking in a photo: what it is decided by its content, and kept as a new picture that holds nothing else, no place, time or camera."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

KINDS: Final = ("JPEG", "PNG", "WEBP")
MOST_BYTES: Final = 15_000_000
MOST_PIXELS: Final = 25_000_000  # in memory at once; a JPEG is read at a part of its size, if it is stored in one scan
MOST_OF_A_JPEG: Final = 89_000_000  # before it is read at a part of its size; beyond it Pillow warns
SIDE: Final = 1600
QUALITY: Final = 82

_ALONE: Final = frozenset({0x00, 0x01, 0xFF, *range(0xD0, 0xD9)})  # marks of a JPEG that have no length
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL: Final = frozenset({0xC0, 0xC1})
_SCAN: Final = 0xDA


@dataclass(slots=True, frozen=True)
class TakenPhoto:
    """A photo as it is kept: JPEG, no side longer than SIDE."""

    content: bytes
    width: int
    height: int


class NotTaken(ValueError):
    """A photo cannot be taken; the text names the words that say why: not_a_photo or photo_too_large."""


def take_photo(raw: bytes) -> TakenPhoto:
    """Return a photo as it is to be kept, upright; raises NotTaken. Nothing but its pixels is carried over."""
    if len(raw) > MOST_BYTES:
        raise NotTaken("photo_too_large")
    try:
        with Image.open(BytesIO(raw), formats=KINDS) as image:
            kept = _kept(image) if _fits(image, raw) else None
    except Image.DecompressionBombError:
        raise NotTaken("photo_too_large") from None
    except Exception:  # noqa: BLE001  a broken picture breaks its reader in many ways
        raise NotTaken("not_a_photo") from None
    if kept is None:
        raise NotTaken("photo_too_large")
    return kept


def _fits(image: Image.Image, raw: bytes) -> bool:
    """Say whether a picture can be read in the room there is, and have a large JPEG read at a part of its size.

    One stored in several scans, as a progressive one is, is held whole while it is read, whatever part is asked for.
    """
    pixels = image.width * image.height
    if pixels > MOST_OF_A_JPEG or (pixels > MOST_PIXELS and not _in_one_scan(raw)):
        return False
    image.draft("RGB", (SIDE, SIDE))  # never smaller than this; other kinds stay as they are
    return image.width * image.height <= MOST_PIXELS


def _in_one_scan(raw: bytes) -> bool:
    """Say whether this is a JPEG whose first scan holds all its colours, and is not progressive."""
    if not raw.startswith(b"\xff\xd8"):
        return False
    at, colours = 2, 0
    while True:
        at = raw.index(b"\xff", at) + 1
        marker = raw[at]
        if marker in _ALONE:
            continue
        if marker == _SCAN:
            return raw[at + 3] == colours
        if marker in _FRAMES:
            colours = raw[at + 8] if marker in _SEQUENTIAL else 0
        at += 1 + int.from_bytes(raw[at + 1 : at + 3])


def _kept(image: Image.Image) -> TakenPhoto:
    image.thumbnail((SIDE, SIDE))  # first, so that no second one of full size is made
    turned = ImageOps.exif_transpose(image)
    picture = Image.new("RGB", turned.size, "white")
    seen = turned.convert("RGBA") if turned.has_transparency_data else turned.convert("RGB")
    picture.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, progressive=True)
    return TakenPhoto(out.getvalue(), picture.width, picture.height)
