"""The page docs/how-to/online-retail.md, command by command, with the extract; and with the full file where there is one."""

import csv
import gzip
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duologue.cli.plans.applying import apply_files
from duologue.cli.plans.folder import read_folder
from duologue.cli.plans.saying import say
from tests.examples.walkthrough import HOUSE, free_port, plain, run_page, steps_of

PAGE = HOUSE / "docs" / "how-to" / "online-retail.md"
EXTRACT = HOUSE / "examples" / "online-retail" / "extract.csv.gz"
FULL = Path(os.environ.get("DUOLOGUE_REAL_DATA", ""), "online_retail.csv.gz")
PORT = "2525"


@pytest.fixture
def folder():
    """A folder that the database's own user can reach, too."""
    made = Path(tempfile.mkdtemp(prefix="duologue-walk-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def figures(output):
    """A table of two columns as a map."""
    return dict(line.split("\t")[:2] for line in output.splitlines() if "\t" in line)


def said(steps, command):
    """What the last step of this command said."""
    return [step.output for step in steps if step.command.startswith(command)][-1]


def truth(path):
    """A file of order lines read by the plainest means there are."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    known = [line for line in lines if line["CustomerID"]]
    spent = {}
    for line in known:
        if line["InvoiceNo"][0] != "C" and float(line["UnitPrice"]) > 0:
            of = spent.setdefault(line["CustomerID"], {})
            order = line["InvoiceNo"]
            of[order] = of.get(order, 0) + float(line["Quantity"]) * float(line["UnitPrice"])
    return {
        "people": f"{len({line['CustomerID'] for line in known}):,}",
        "customers": f"{len(spent):,}",
        "bought once": f"{sum(len(orders) == 1 for orders in spent.values()):,}",
        "orders": f"{sum(map(len, spent.values())):,}",
        "revenue": f"{sum(sum(orders.values()) for orders in spent.values()):,.2f} GBP",
        "refunds": f"{len({line['InvoiceNo'] for line in known if line['InvoiceNo'][0] == 'C'}):,}",
    }


def check_report(output):
    """Every figure of people and deliveries adds up (the report says so line by line), and the lift says what it must."""
    told = {line.split()[0]: line for line in output.splitlines()[1:] if line.startswith("  ")}
    assert "of accepted" in output
    for whole in ("people", "runs", "deliveries"):
        left, right = told[whole].split(" = ", 1)
        parts = [int(part.split()[0].replace(",", "")) for part in right.split(" + ")]
        assert int(left.split()[1].replace(",", "")) == sum(parts) > 0
    assert "0 handing over" in told["deliveries"]
    assert "0 failed + 0 uncertain" in told["deliveries"]
    assert "zero lies within" in told["lift"]


def test_the_page_names_the_extract_and_shows_what_comes_of_it():
    steps = steps_of(PAGE)
    assert f"FILE={EXTRACT.relative_to(HOUSE)}" in [step.command for step in steps]
    assert sum(bool(step.shown) for step in steps) > len(steps) / 2


def test_the_page_shows_what_putting_its_plan_in_force_says(workspace, capsys):
    """The whole page takes minutes; this much of it is looked at each time."""
    command = "duologue apply examples/online-retail/plan"
    shown = [line for step in steps_of(PAGE) if step.command == command for line in step.shown]
    files = read_folder(HOUSE / "examples" / "online-retail" / "plan")
    say(apply_files(workspace=workspace, files=files, now=datetime(2026, 1, 5, 12, 0, tzinfo=UTC)), dry=False)
    assert shown == capsys.readouterr().out.splitlines()


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_every_command_of_the_page_with_the_extract(folder):
    steps = run_page(PAGE, folder, {PORT: str(free_port())})
    assert [(step.command, step.output) for step in steps if step.status] == []
    assert [(step.command, step.missing, step.output) for step in steps if step.missing] == []
    assert truth(EXTRACT).items() <= figures(said(steps, "duologue value")).items()
    check_report(said(steps, "duologue report"))


@pytest.mark.long
@pytest.mark.timeout(5400)
@pytest.mark.skipif(not FULL.is_file(), reason="DUOLOGUE_REAL_DATA names no folder that holds online_retail.csv.gz")
def test_every_command_of_the_page_with_the_full_file(folder):
    steps = run_page(PAGE, folder, {PORT: str(free_port()), str(EXTRACT.relative_to(HOUSE)): str(FULL)})
    assert [(step.command, step.output) for step in steps if step.status] == []
    known = {
        "people": "4,372",
        "customers": "4,338",
        "bought once": "1,493",
        "orders": "18,532",
        "revenue": "8,911,407.90 GBP",
        "refunds": "3,654",
        "recency, median": "50 days",
        "frequency, mean": "4.272 orders",
        "spent, median": "674.49 GBP",
        "14646": "73",
    }
    assert known.items() <= figures(said(steps, "duologue value")).items()
    assert "14646 73 280,206.02 GBP 2011-12-08" in [plain(line) for line in said(steps, "duologue value").splitlines()]
    counts = {key: int(number) for key, number in figures(said(steps, "duologue events import")).items() if number.isdigit()}
    of_nobody = [counts[f"Order {what} (left out: no customer)"] for what in ("Completed", "Refunded")]
    assert (counts["read"], counts["no customer"], of_nobody) == (541_909, 135_080, [3_528, 182])
    assert counts["Order Refunded"] + counts["Order Refunded (later)"] + of_nobody[1] == 3_836
    assert 18_532 + 3_836 + of_nobody[0] + counts["Order Completed (left out: no price)"] == 25_900
    check_report(said(steps, "duologue report"))
