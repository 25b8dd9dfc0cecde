"""Drafts of dialogues in a plan folder: what is not in force stays so, and what is written on screen is not lost."""

from datetime import UTC, datetime

import pytest

from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import named
from duologue.kit.yaml import Mistakes
from duologue.platform.workspaces.actions import create_workspace
from duologue.strategize.dialogues import queries
from duologue.strategize.dialogues.actions import publish, save_draft
from duologue.strategize.dialogues.models import Dialogue

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
TEA = """dialogue: tea
about: Thanks those who ordered
purpose: service
starts: [{event: Order Completed}]
turns:
  thanks: {say: hello, by: [email], listen: [{silence: 7d, then: end}]}
"""
PATH, DRAFT = "dialogues/tea.yaml", "dialogues/tea.draft.yaml"
WORDS = "message: hello\nemail: {subject: Hello, body: Thank you.}\n"
FOLDER = {"purposes.yaml": "service: {basis: contract}\n", "messages/hello.yaml": WORDS, PATH: TEA}
HALF = "dialogue: tea\nturns:\n  thanks: {sey: hel"
OTHER = TEA.replace("7d", "9d")


def put(workspace, folder, now=NOW, **options):
    files = [named(path, text if isinstance(text, bytes) else text.encode()) for path, text in folder.items()]
    return apply_files(workspace=workspace, files=files, now=now, **options)


def in_force(workspace):
    return {path: content.decode() for path, content in files_in_force(workspace).items()}


def on_screen(workspace, text, name="tea"):
    save_draft(workspace=workspace, name=name, source=text)


def stands(workspace, name="tea"):
    """Return the text in force and the draft."""
    return queries.sources(workspace).get(name), Dialogue.within(workspace).get(name=name).draft


def test_a_draft_is_dumped_beside_what_is_in_force_and_applying_that_releases_nothing(workspace):
    put(workspace, FOLDER)
    on_screen(workspace, HALF)
    dumped = in_force(workspace)
    assert dumped == FOLDER | {DRAFT: HALF}
    done = put(workspace, dumped, LATER)
    assert [(one.path, one.says) for one in done.changes] == [
        (DRAFT, "draft of dialogue tea, 1 to put right before it can be put in force")
    ]
    assert stands(workspace) == (TEA, HALF)
    elsewhere = create_workspace(name="other", title="Other", clock_at=NOW.isoformat())
    assert put(elsewhere, dumped).warnings == done.warnings
    assert (stands(elsewhere), in_force(elsewhere)) == ((TEA, HALF), dumped)


def test_a_folder_that_is_as_it_was_leaves_the_draft_on_screen(workspace):
    put(workspace, FOLDER)
    on_screen(workspace, OTHER)
    assert put(workspace, FOLDER, LATER).changes == []
    assert stands(workspace) == (TEA, OTHER)
    following = put(workspace, FOLDER | {"messages/hello.yaml": WORDS.replace("you.", "you!")}, LATER)
    assert [(one.sign, one.path) for one in following.changes] == [("~", "messages/hello.yaml"), ("→", PATH)]
    assert queries.current(workspace, "tea").pins["messages"] == {"hello": 2}
    assert stands(workspace) == (TEA, OTHER)


def test_a_changed_file_is_put_in_force_and_says_that_another_draft_stays(workspace):
    put(workspace, FOLDER)
    newer = FOLDER | {PATH: TEA.replace("7d", "8d")}
    assert not any("draft" in one for one in put(workspace, newer).warnings)
    assert stands(workspace) == (newer[PATH], newer[PATH])
    on_screen(workspace, OTHER)
    says = f"{PATH}: a draft on screen says something else; it stays a draft, and this file is in force."
    assert says in put(workspace, FOLDER, LATER).warnings
    assert stands(workspace) == (TEA, OTHER)


def test_what_was_put_in_force_on_screen_is_dumped_and_a_folder_sets_it_right(workspace):
    put(workspace, FOLDER)
    on_screen(workspace, OTHER)
    publish(workspace=workspace, name="tea", pins=queries.current(workspace, "tea").pins, now=NOW)
    assert in_force(workspace) == FOLDER | {PATH: OTHER}
    assert [one.path for one in put(workspace, FOLDER, LATER).changes] == [PATH]
    assert stands(workspace) == (TEA, TEA)


def test_a_draft_alone_is_a_dialogue_that_never_was_in_force(workspace):
    folder = {path: text for path, text in FOLDER.items() if path != PATH} | {DRAFT: "\ufeff" + TEA.replace("\n", "\r\n")}
    done = put(workspace, folder)
    assert done == put(create_workspace(name="dry", title="Dry", clock_at=NOW.isoformat()), folder, dry=True)
    assert done.changes[-1].says == "draft of dialogue tea"
    assert queries.current(workspace, "tea") is None
    assert in_force(workspace) == folder
    assert put(workspace, folder, LATER).changes == []
    on_screen(workspace, "dialogue: cake\n", "cake")
    assert in_force(workspace) == folder | {"dialogues/cake.draft.yaml": "dialogue: cake\n"}


def test_a_draft_on_which_somebody_has_written_since_is_kept(workspace):
    put(workspace, FOLDER | {DRAFT: HALF})
    on_screen(workspace, OTHER)
    newer = FOLDER | {DRAFT: HALF + "lo}\n"}
    with pytest.raises(Mistakes, match=r"dialogues/tea\.draft\.yaml:1: The draft of tea was changed on screen since: dump it"):
        put(workspace, newer, LATER)
    assert stands(workspace) == (TEA, OTHER)
    assert put(workspace, FOLDER | {DRAFT: HALF}, LATER).changes == []
    assert stands(workspace) == (TEA, OTHER)
    publish(workspace=workspace, name="tea", pins=queries.current(workspace, "tea").pins, now=NOW)
    assert DRAFT not in in_force(workspace)
    put(workspace, newer | {PATH: OTHER}, LATER)
    assert stands(workspace) == (OTHER, newer[DRAFT])


def test_dialogues_that_enter_each_other_may_be_drafts(workspace):
    entering = TEA.replace("then: end", "then: more") + "  more: {enter: cake, then: end}\n"
    cake = TEA.replace("dialogue: tea", "dialogue: cake")
    put(workspace, FOLDER | {PATH: entering, "dialogues/cake.draft.yaml": cake})
    assert stands(workspace) == (entering, entering)
    assert stands(workspace, "cake") == (None, cake)


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("dialogues/A b.draft.yaml", TEA, "A dialogue cannot be called 'A b'"),
        (DRAFT, " \n", "A draft without words is none"),
        (DRAFT, "a\x00b", "without null characters"),
        (DRAFT, b"\xff\xfe", "no UTF-8 text"),
    ],
)
def test_what_is_no_draft_is_refused_and_nothing_is_kept(workspace, path, text, says):
    with pytest.raises(Mistakes, match=says):
        put(workspace, FOLDER | {path: text})
    assert not Dialogue.within(workspace).exists()


def test_an_empty_draft_is_none(workspace):
    put(workspace, FOLDER)
    on_screen(workspace, " \n")
    assert in_force(workspace) == FOLDER
    put(workspace, FOLDER, LATER)
    assert stands(workspace) == (TEA, TEA)
