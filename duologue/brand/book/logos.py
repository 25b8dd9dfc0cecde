"""A logo as it is shown: drawn anew as a PNG that is no larger than needed, with what is clear in it left clear."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from duologue.kit.pipeline import Refused

KINDS: Final = ("PNG", "JPEG", "WEBP")
MOST_BYTES: Final = 2_000_000
MOST_PIXELS: Final = 16_000_000
BOX: Final = (640, 192)  # twice as large as it is shown at most


@dataclass(slots=True, frozen=True)
class Drawn:
    """A logo as it is shown: a PNG."""

    content: bytes
    width: int
    height: int


def drawn(raw: bytes) -> Drawn:
    """Return a logo as it is to be shown. Raises Refused."""
    if len(raw) > MOST_BYTES:
        raise Refused("too large", f"A logo has up to {MOST_BYTES // 1_000_000} MB.")
    try:
        with Image.open(BytesIO(raw), formats=KINDS) as image:
            kept = _kept(image) if image.width * image.height <= MOST_PIXELS else None
    except Exception:  # noqa: BLE001  a broken picture breaks its reader in many ways
        raise Refused("no picture", "That is no picture that can be taken; a logo is a PNG, JPEG or WebP.") from None
    if kept is None:
        raise Refused("too large", f"A logo has up to {MOST_PIXELS // 1_000_000} million pixels.")
    return kept


def _kept(image: Image.Image) -> Drawn:
    picture = image.convert("RGBA" if image.has_transparency_data else "RGB")
    picture.thumbnail(BOX)
    plain = Image.new(picture.mode, picture.size)  # nothing but the pixels is carried over
    plain.paste(picture)
    out = BytesIO()
    plain.save(out, "PNG", optimize=True)
    return Drawn(out.getvalue(), picture.width, picture.height)
