"""The pages that a person has, as the preference page lists them."""

from __future__ import annotations

from typing import Final

PAGES: Final = (
    ("why_me", "why"),
    ("known_ask", "own_title"),
    ("not_now", "later"),
    ("unsubscribe", "leave"),
)
"""Each by the name of its address, which takes the link's token, and the words that name it. A page for people adds a line here."""
