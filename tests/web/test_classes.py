"""Of Tabler's styles the build keeps what something here names (duologue/web/front/purge.mjs): nothing that is shown may be left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

import duologue.web

WEB = Path(duologue.web.__file__).parent
LOGIC = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
VALUE = re.compile(r"\{\{.*?\}\}")
ATTRIBUTE = re.compile(r"""\bclass=(?:"([^"]*)"|'([^']*)')""")
IN_PYTHON = re.compile(r"""["']class["']\s*:\s*["']([^"']*)""")
IN_SCRIPTS = re.compile(r"""className = "([^"]*)"|classList\.\w+\("([^"]*)""")


def texts(pattern: str) -> dict[str, str]:
    found = (path for path in sorted(WEB.rglob(pattern)) if not {"node_modules", "assets"}.intersection(path.parts))
    return {str(path.relative_to(WEB)): path.read_text() for path in found}


def attributes() -> list[tuple[str, str]]:
    """What each template says in `class`, its logic taken out: the words of every branch, and values as {{ }}."""
    whole = [(name, LOGIC.sub(lambda tag: tag[0].replace('"', "&"), text)) for name, text in texts("*.html").items()]
    return [(name, LOGIC.sub(" ", "".join(said))) for name, text in whole for said in ATTRIBUTE.findall(text)]


def left_out() -> set[str]:
    kept = finders.find(".left-out")
    if kept is None:
        pytest.skip("the pages' files are not built here")
    return set(Path(kept).read_text().split())


def test_each_class_that_something_names_has_its_styles():
    named = {word: name for name, said in attributes() for word in VALUE.sub(" ", said).split()}
    for pattern, words in (("*.py", IN_PYTHON), ("*.py", ATTRIBUTE), ("front/scripts/*.js", IN_SCRIPTS)):
        for name, text in texts(pattern).items():
            named |= {word: name for said in words.findall(text) for word in "".join(said).split()}
    assert {"btn", "btn-primary", "card", "form-control"} <= set(named)
    assert {word: name for word, name in named.items() if word in left_out()} == {}, "make assets builds them anew"


def test_no_template_puts_a_class_together_of_parts():
    """`c-{{ kind }}` would name a class that no search for words finds; whole names stand in the Python beside the templates."""
    assert [(name, said) for name, said in attributes() if re.search(r"[\w-]\{\{|\}\}[\w-]", said)] == []


def test_what_nothing_names_is_left_out():
    assert {"carousel-item", "navbar-vertical", "offcanvas"} <= left_out()
    assert len(Path(finders.find("look.css")).read_bytes()) < 130_000
