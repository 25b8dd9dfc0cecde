"""The reference says what the code says: commands, settings, events, reports, addresses."""

from __future__ import annotations

import ast
import re
import runpy

import pytest

from duologue.measure.reports.queries import report
from duologue.people.timeline import names
from duologue.platform.staff.rules import RIGHTS
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from tests.api.described import operations
from tests.docs.pages import DOCS, ROOT, all_pages, fences

REFERENCE = DOCS / "reference"


def test_the_page_of_commands_is_what_the_commands_say(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    written = runpy.run_path(str(ROOT / "tools" / "docs"))["cli_reference"]()
    assert (REFERENCE / "cli.md").read_text() == written, "run tools/docs"


def variables() -> set[str]:
    """Return the names of the variables that the settings read, and of any read elsewhere."""
    found = set()
    for file in (ROOT / "duologue").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"DUOLOGUE_[A-Z_]+|[A-Z]+_URL", node.value):
                found.add(node.value)
    return found


def test_every_setting_has_its_heading():
    headings = set(re.findall(r"^### (\w+)$", (REFERENCE / "settings.md").read_text(), re.MULTILINE))
    read = variables()
    assert len(read) > 10
    assert headings == read


def test_every_event_has_its_line():
    page = (REFERENCE / "events.md").read_text()
    listed = dict(re.findall(r"^\| `([A-Z][\w ]+)` \| (.*)$", page, re.MULTILINE))
    written = {value for name, value in vars(names).items() if name.isupper() and isinstance(value, str) and name != "OURS"}
    assert set(listed) == written
    assert {name for name, says in listed.items() if "*ours alone*" in says} == names.ONLY_OURS


def test_every_operation_has_its_heading():
    described = {f"{method.upper()} {path}" for path, method in operations()}
    headings = set(re.findall(r"^### `([A-Z]+ /api/v1\S+)`$", (REFERENCE / "http.md").read_text(), re.MULTILINE))
    assert headings == described


def test_every_role_has_its_line():
    roles = re.findall(r"^\| `(\w+)` \|", (DOCS / "how-to" / "colleagues.md").read_text(), re.MULTILINE)
    assert roles == list(RIGHTS)


def test_every_part_of_a_plan_folder_has_its_heading():
    from duologue.cli.plans.folder import FOLDERS, SINGLE

    headings = re.findall(r"^## ([\w.-]+)$", (REFERENCE / "brand-and-plans.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted([*SINGLE, *FOLDERS])


@pytest.mark.django_db(transaction=True)
def test_every_key_of_a_report_is_explained(walker):
    walker.walk(REFERENCE / "brand-and-plans.md")
    workspace = Workspace.objects.get()
    page = (REFERENCE / "report.md").read_text()
    explained = set(re.findall(r"`(\w+)`", page))
    data = report(workspace, "getting-to-know", now(workspace))
    top = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert top == list(data)
    for part in ("goal", "people", "runs", "deliveries", "conversions", "attribution", "lift", "cost"):
        assert set(data[part]) <= explained, part


def test_what_the_pages_tell_to_make_can_be_made():
    can = set(re.findall(r"^([a-z-]+|\.venv/ready):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(page.read_text() for page in all_pages())
    typed = "\n".join(line for page in all_pages() for fence in fences(page) if fence.language == "sh" for line in fence.lines)
    told = set(re.findall(r"`make ([a-z./-]+)", text) + re.findall(r"^make ([a-z./-]+)", typed, re.MULTILINE))
    assert {"demo", "serve"} <= told <= can
