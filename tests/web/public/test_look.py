"""The brand's colours and letters on pages for people."""

from __future__ import annotations

import pytest

from duologue.brand.book.rules import Book
from duologue.brand.book.rules import Look as Written
from duologue.kit.colour import contrast
from duologue.platform.workspaces.models import Workspace
from duologue.web.public.look import look_of


def look(**colours):
    font = colours.pop("font", "")
    return look_of(Book(name="Shop", look=Written(colours=colours, font=font)), Workspace(name="shop"))


def test_readable_colours_are_worn():
    worn = look(accent="#c65f3b", ground="#f7f3ea", ink="#25312b")
    assert (worn.accent, worn.ground, worn.paper, worn.ink) == ("#c65f3b", "#f7f3ea", "#ffffff", "#25312b")


@pytest.mark.parametrize("colours", [{"ink": "#999999"}, {"ground": "#333333"}, {"paper": "#000000", "ink": "#111111"}])
def test_colours_that_could_not_be_read_are_left_out(colours):
    worn = look(**colours)
    assert (worn.ground, worn.paper, worn.ink) == ("#f3f4f6", "#ffffff", "#1a1c1f")


@pytest.mark.parametrize("accent", ["#ffff00", "#000000", "#c65f3b", "#777777"])
def test_what_stands_on_the_accent_can_be_read(accent):
    worn = look(accent=accent)
    assert contrast(worn.accent, worn.on_accent) >= 4.5
    assert contrast(worn.link, worn.paper) >= 4.5


@pytest.mark.parametrize(
    ("font", "letters"),
    [
        ("Georgia, 'Times New Roman'", "Georgia, Times New Roman, serif"),
        ("Inter", "Inter"),
        ("", ""),
        ("x; } body { display: none", ""),
        ("</style><script>", ""),
    ],
)
def test_only_names_of_letters_reach_the_style_sheet(font, letters):
    assert look(font=font).font == letters
