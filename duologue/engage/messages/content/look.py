"""How the brand's mail looks: the part of the brand book that a message needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Look:
    """Colours, type and standing lines; hashable, since compiled messages are kept by it."""

    name: str
    accent: str = "#1f6feb"
    ink: str = "#1d2530"
    paper: str = "#ffffff"
    ground: str = "#f3f4f6"
    font: str = "Helvetica, Arial, sans-serif"
    logo: str = ""
    footer: str = ""
    on_accent: str = "#ffffff"
    link: str = "#1f6feb"
    link_dark: str = "#8ab4f8"
