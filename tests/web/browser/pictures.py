"""Pictures for the documentation: small, for few colours are enough for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

COLOURS: Final = 256


def made_small(path: Path) -> None:
    """Write a picture anew with few colours."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
