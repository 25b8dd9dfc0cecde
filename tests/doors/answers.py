"""What a form may be sent, and what a page offers to be sent."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.drawn import drawn

few = settings(max_examples=drawn(12), deadline=None, suppress_health_check=list(HealthCheck))
NUMBERS = ["1", "0", "99999999999999999999", "9223372036854775808"]
STRINGS = ["x", "win-back", "lapsed-good-customers", "ten-percent", "we-miss-you", "%00", "%F0%9F%92%A5", "..", "a" * 400, "%FF"]
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "\x00", "a\x00b", "-1", "1", "99999999999999999999", "9" * 400, "1e400", "NaN", "\u0661", "²", "2026-13-01", "2026-02-30", "'; --", "{{ 7*7 }}", "x" * 20_000, "💥", "on",
         "win-back", "email", "promotions", "granted", "owner", "all", "a@b", "anna@people.example", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "dialogue: x", "%"]
    ),
)  # fmt: skip
FIELD = re.compile(r'name="([\w:.-]+)"')


def fields(page):
    """The names of the fields that a page offers."""
    return set(FIELD.findall(page.content.decode(errors="replace"))) - {"csrfmiddlewaretoken", "viewport", "color-scheme"}


def posted(names, most):
    """Some of these fields, each with one value or several."""
    return st.dictionaries(names, st.one_of(VALUES, st.lists(VALUES, min_size=2, max_size=3)), max_size=most)
