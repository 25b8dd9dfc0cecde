"""Pictures for the documentation: small, for few colours are enough for a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

COLOURS: Final = 256
IN_DOCS: Final = Path(__file__).parents[3] / "docs" / "screens"
LOW: Final = 720  # high enough for the menu, so that short pages leave little empty


def shown(page: Page, name: str, width: int = 1100) -> None:
    """Keep a picture for a how-to, where pictures are asked for (`make screens`)."""
    if not os.environ.get("DUOLOGUE_SCREENS"):
        return
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": LOW})
    page.screenshot(path=IN_DOCS / f"{name}.png", full_page=True)
    made_small(IN_DOCS / f"{name}.png")
    page.set_viewport_size(before)


def clipped(page: Page, heading: str, path: Path) -> None:
    """Write a picture of the card under a heading alone."""
    page.locator(".card", has=page.get_by_role("heading", name=heading, exact=True)).first.screenshot(path=path)
    made_small(path)


def made_small(path: Path) -> None:
    """Write a picture anew with few colours."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
