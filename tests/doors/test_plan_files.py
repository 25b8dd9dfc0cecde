"""Plan folders as people write them: whatever is wrong is said with file, line and sentence, and nothing is half in force."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from duologue.brand.book.models import BookVersion
from duologue.cli.plans.applying import apply_files
from duologue.cli.plans.folder import PlanText, named, read_folder
from duologue.kit.yaml import Mistake, Mistakes, read_yaml
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.rules.read import read_dialogue
from tests.drawn import drawn

PLAN = Path(__file__).parents[2] / "examples" / "online-retail" / "plan"
FILES = read_folder(PLAN)
PIECES = [
    "", " ", "\n", "\t", ":", "- ", "{", "}", "[", "]", "*a", "&a ", "&a [*a]", "!!python/object:os.system x", "!!binary 0", "!!timestamp x", "!!int x",
    "null", "true", "-1", "1e400", ".nan", "0x", "99999999999999999999", "2026-13-45", "{}", "[]", "? ", "|\n", "'", '"', "\\", "%", "---\n", "...", "<<: 1",
    "<<: *a", "\x00", "\ufeff", "💥", "{{", "{% if %}", "{% for x in (1..99999999) %}{% endfor %}", "3d", "-3d", "99999999999d", "{a: {b: {c: 1}}}", "\x85",
]  # fmt: skip
few = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))


@st.composite
def spoiled(draw, kinds=None):
    """One file of a good folder with a few places cut out or written over, mostly where a value stands."""
    file = draw(st.sampled_from([one for one in FILES if kinds is None or one.kind in kinds]))
    text = file.content.decode()
    for _ in range(draw(st.integers(1, 3))):
        starts = [place for place, sign in enumerate(text) if sign in ":,[{-\n "] or [0]
        at = draw(st.sampled_from(starts)) + draw(st.integers(0, 1))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + draw(st.sampled_from([0, 0, 1, 2, 5, 12, 40])) :]
    return PlanText(file.path, file.kind, file.name, text.encode())


def is_said_well(mistakes: Mistakes, paths) -> None:
    assert mistakes.mistakes
    for one in mistakes.mistakes:
        assert one.file in paths
        assert one.line >= 1
        assert one.sentence.endswith((".", "?"))


@settings(max_examples=drawn(80), deadline=None)
@given(file=spoiled(kinds={"dialogue"}))
def test_a_dialogue_is_read_or_refused(file):
    try:
        assert read_dialogue(file.content.decode(), file.path).turns
    except Mistakes as mistakes:
        is_said_well(mistakes, {file.path})


@settings(max_examples=drawn(80), deadline=None)
@given(text=st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"%#? \n\t,0.~<\x00\ufeff"), max_size=60))
@example("a: &x [*x]")
@example("&x {a: *x}")
@example("[" * 5000)
@example("a: " * 3000)
@example("!!set {a}")
@example("!!omap [a: 1]")
@example("? [a]\n: b")
@example("- !!timestamp 2026-99-99")
@example("a: 2026-02-31")
@example("a: !!float x")
@example("%YAML 9.9\n---\na")
@example("<<: {a: 1}\na: 2")
@example("<<: [1]")
def test_any_text_is_yaml_or_refused(text):
    try:
        document = read_yaml(text, "x.yaml")
    except Mistakes as mistakes:
        is_said_well(mistakes, {"x.yaml"})
    else:
        json.dumps(document.data)  # nothing but what JSON knows
        assert all(1 <= line <= len(text.splitlines()) + 1 for line in document.lines.values())


def test_aliases_cannot_fill_the_memory():
    text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9)
    )
    with pytest.raises(Mistakes):
        read_yaml(text, "x.yaml")


@few
@given(file=spoiled())
def test_a_folder_with_a_spoiled_file_is_in_force_whole_or_not_at_all(workspace, file):
    files = [file if one.path == file.path else one for one in FILES]
    try:
        apply_files(workspace=workspace, files=files, now=now(workspace), dry=True)
    except Mistakes as mistakes:
        is_said_well(mistakes, {one.path for one in files})
    assert not BookVersion.within(workspace).exists()


@given(path=st.one_of(st.text(min_size=1), st.sampled_from(["offers/a.b.yaml", "segments/.yaml", "a/b/c.yaml", "offers/x.txt", "/", ".."])))
def test_any_path_belongs_or_is_refused(path):
    found = named(path, b"")
    assert isinstance(found, PlanText) or (isinstance(found, Mistake) and found.sentence.endswith((".", "?")))
