import csv
import gzip
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import NewStatement, state
from duologue.people.consent.queries import standing
from duologue.people.identifiers.queries import find
from duologue.people.imports import actions, drafting
from duologue.people.imports.listing import RefusedLines
from duologue.people.imports.reading import delimiter_of, distinct, look, rows
from duologue.people.imports.recipe import read_recipe
from duologue.people.imports.values import moment, number
from duologue.people.intake import queries as intake
from duologue.people.intake import tasks
from duologue.people.models import Batch, ConsentStatement, Event, Fact, Import, Profile
from duologue.people.profiles.queries import people
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.queries import now

EXAMPLES = Path(__file__).parents[2] / "examples" / "online-retail"
EXTRACT = EXAMPLES / "extract.csv.gz"


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA = type(settings.DATA)(tmp_path)


@pytest.fixture
def shop(db):
    return create_workspace(name="retail", clock_at="2011-10-01T00:00:00+01:00")


def recipe(name):
    return (EXAMPLES / f"{name}.recipe.yaml").read_text()


def truth():
    """The extract read by the plainest means there are."""
    with gzip.open(EXTRACT, "rt") as file:
        lines = list(csv.DictReader(file))
    known = [line for line in lines if line["CustomerID"]]
    priced = [line for line in known if float(line["UnitPrice"]) > 0]
    return {
        "lines": len(lines),
        "customers": len({line["CustomerID"] for line in known}),
        "orders": len({line["InvoiceNo"] for line in priced if line["InvoiceNo"][0] != "C"}),
        "refunds": len({line["InvoiceNo"] for line in priced if line["InvoiceNo"][0] == "C"}),
        "revenue": round(sum(float(line["UnitPrice"]) * float(line["Quantity"]) for line in priced if line["InvoiceNo"][0] != "C"), 2),
        "waiting": len({line["InvoiceNo"] for line in priced if line["InvoiceDate"] > "2011-10-01"}),
        "priced": len(priced),
        "nobody's orders": len({line["InvoiceNo"] for line in lines if not line["CustomerID"] and line["InvoiceNo"][0] != "C"}),
        "nobody's refunds": len({line["InvoiceNo"] for line in lines if not line["CustomerID"] and line["InvoiceNo"][0] == "C"}),
    }


@pytest.mark.django_db
def test_a_real_order_history_adds_up_and_a_second_time_changes_nothing(shop):
    true = truth()
    job = actions.import_file(workspace=shop, path=EXTRACT, kind="people", recipe=recipe("customers"))
    assert (job.state, job.rows_read, job.rows_refused) == ("done", true["lines"], 0)
    assert job.rows_written + job.rows_unchanged + job.counts["no customer"] == true["lines"]
    assert 0 < Profile.within(shop).count() == ConsentStatement.within(shop).count() < true["customers"]
    assert set(ConsentStatement.within(shop).values_list("source", flat=True)) == {"invented for the example"}
    later = intake.waiting(shop)
    job = actions.import_file(workspace=shop, path=EXTRACT, kind="events", recipe=recipe("orders"))
    assert (job.rows_written, job.rows_unchanged, job.rows_refused) == (true["priced"], 0, 0)
    assert intake.waiting(shop) - later == true["waiting"] > 100
    nobodys = [job.counts.get(f"Order {what} (left out: no customer)", 0) for what in ("Completed", "Refunded")]
    assert nobodys == [true["nobody's orders"], true["nobody's refunds"]] != [0, 0]
    while tasks.process(shop, datetime(2011, 12, 10, tzinfo=UTC)):
        pass
    orders = [event.properties for event in Event.within(shop).filter(name="Order Completed")]
    assert len(orders) == true["orders"]
    assert round(sum(order["revenue"] for order in orders), 2) == true["revenue"]
    assert Event.within(shop).filter(name="Order Refunded").count() == true["refunds"]
    assert Profile.within(shop).count() == true["customers"] == ConsentStatement.within(shop).count()
    batches = Batch.within(shop).count()
    for again in (EXTRACT, copied(EXTRACT)):
        job = actions.import_file(workspace=shop, path=again, kind="events", recipe=recipe("orders"))
    assert (job.rows_written, job.rows_unchanged) == (0, true["priced"])
    assert Batch.within(shop).count() == batches


def copied(path):
    """The same lines in another file, so that keys and not the file's digest have to notice."""
    other = Path(str(path).replace("extract", "copy"))
    return other if other.exists() else _copy(path)


def _copy(path):
    other = Path(tempfile.mkdtemp()) / "copy.csv"
    other.write_bytes(gzip.decompress(path.read_bytes()) + b"\n")
    return other


@pytest.mark.django_db(transaction=True)
def test_an_import_cut_off_anywhere_goes_on_and_ends_the_same(transactional_db, monkeypatch):
    monkeypatch.setattr(drafting, "LINES_AT_ONCE", 3000)
    results = []
    for cut in (False, True):
        shop = create_workspace(name=f"shop-{int(cut)}", clock_at="2011-12-10T00:00:00+00:00")
        if cut:
            read = []

            def die(lines, read=read):
                read.append(lines)
                if len(read) in {3, 5}:
                    raise KeyboardInterrupt

            for _ in range(2):
                with pytest.raises(KeyboardInterrupt):
                    actions.import_file(workspace=shop, path=EXTRACT, kind="events", recipe=recipe("orders"), told=die)
            assert 0 < Import.within(shop).get().position < 20_000
        job = actions.import_file(workspace=shop, path=EXTRACT, kind="events", recipe=recipe("orders"))
        assert Import.within(shop).count() == 1
        figures = (job.rows_read, job.rows_written, job.rows_unchanged, job.rows_refused, job.counts)
        events = Event.within(shop).order_by("occurred_at", "properties__order_id").values_list("name", "occurred_at", "properties")
        results.append((figures, list(events)))
    assert results[0] == results[1]


@pytest.mark.django_db(transaction=True)
def test_equal_lines_on_both_sides_of_a_cut_are_each_taken_in(transactional_db, monkeypatch, tmp_path):
    shop = create_workspace(name="shop", clock_at="2026-01-05T12:00:00+00:00")
    monkeypatch.setattr(drafting, "LINES_AT_ONCE", 2)
    text = "kind: events\nsource: till\nexternal_id: who\ntime: {column: at}\nskip: [{where: {who: x}, because: nobody}]\nevents: [{event: Came}]\n"
    lines = [
        "who,at",
        "7,2025-07-01T09:00:00Z",
        "x,2025-07-01T09:00:00Z",
        "8,2025-07-01T09:00:00Z",
        "7,2025-07-01T09:00:00Z",
        "7,2025-07-01T09:00:00Z",
    ]
    (tmp_path / "till.csv").write_text("\n".join(lines) + "\n")

    def die(_lines):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.import_file(workspace=shop, path=tmp_path / "till.csv", kind="events", recipe=text, told=die)
    assert Import.within(shop).get().position == 2
    job = actions.import_file(workspace=shop, path=tmp_path / "till.csv", kind="events", recipe=text)
    assert (job.rows_written, job.rows_unchanged, job.counts) == (4, 0, {"Came": 4, "nobody": 1})
    assert Event.within(shop).filter(name="Came").count() == 4


HEAD = "Email;Name;Plan;Name"
AWKWARD = {
    "utf-8 with a mark": ("\ufeff" + HEAD + "\nann@x.example;Zoë;gold;2\n").encode(),
    "utf-16": (HEAD + "\nann@x.example;Zoë;gold;2\n").encode("utf-16"),
    "cp1252": (HEAD + "\nann@x.example;Zoë;gold;2\n").encode("cp1252"),
    "windows line ends and blank lines": ("\r\n" + HEAD + "\r\n\r\nann@x.example;Zoë;gold;2\r\n").encode(),
    "headings again": (HEAD + "\nann@x.example;Zoë;gold;2\n" + HEAD + "\n").encode(),
    "empty cells at the end": (HEAD + "\nann@x.example;Zoë;gold;2;;\n").encode(),
    "tabs": (HEAD + "\nann@x.example;Zoë;gold;2\n").replace(";", "\t").encode(),
    "packed": gzip.compress((HEAD + "\nann@x.example;Zoë;gold;2\n").encode()),
}


@pytest.mark.parametrize("content", AWKWARD.values(), ids=AWKWARD)
def test_files_as_people_have_them(workspace, tmp_path, content):
    (tmp_path / "list.csv").write_bytes(content)
    job = actions.import_file(workspace=workspace, path=tmp_path / "list.csv", kind="people")
    assert (job.rows_written, job.rows_refused) == (1, 0)
    ann = find(workspace, "email", "ann@x.example")
    assert people(workspace, [ann])[ann].facts == {"name": "Zoë", "plan": "gold", "name_(2)": "2"}


def test_quoted_line_breaks_and_forty_columns(workspace, tmp_path):
    headings = ["email", *(f"c{number}" for number in range(39))]
    with (tmp_path / "wide.csv").open("w", newline="") as file:
        csv.writer(file).writerows([headings, ["a@x.example", "two\nlines", *("v",) * 38]])
    actions.import_file(workspace=workspace, path=tmp_path / "wide.csv", kind="people")
    assert Fact.within(workspace).count() == 39
    assert Fact.within(workspace).get(key="c0").value == "two\nlines"


def test_refused_lines_are_listed_with_reason_and_the_rest_goes_in(workspace, tmp_path):
    (tmp_path / "list.csv").write_text("email,age\nann@x.example,41\nnonsense,7\nben@x.example\n,3\n")
    job = actions.import_file(workspace=workspace, path=tmp_path / "list.csv", kind="people")
    assert (job.rows_read, job.rows_written, job.rows_refused) == (4, 1, 3)
    with Path(job.refused_file).open() as file:
        listed = [(line["line"], line["reason"]) for line in csv.DictReader(file)]
    assert listed == [("2", "not an e-mail address"), ("3", "wrong number of columns"), ("4", "nobody")]


def test_a_later_list_changes_facts_and_never_gives_back_a_consent(workspace, tmp_path):
    text = "kind: people\nsource: list\nidentifiers: {email: '{email}'}\nfacts: {plan: '{plan}'}\nconsent: [{channel: email, purpose: promotions}]\n"
    plans = []
    for round_no, plan in enumerate(["gold", "silver", "gold"]):
        path = tmp_path / f"{round_no}.csv"
        path.write_text(f"email,plan,n\nann@x.example,{plan},{round_no}\n")
        actions.import_file(workspace=workspace, path=path, kind="people", recipe=text)
        ann = find(workspace, "email", "ann@x.example")
        plans.append(people(workspace, [ann])[ann].facts["plan"])
        if round_no == 0:
            assert standing(workspace, [ann])[ann].may("email", "promotions")
            state(
                workspace=workspace,
                statements=[NewStatement(ann, "email", "promotions", "withdrawn", now(workspace), "page")],
                now=now(workspace),
            )
    assert plans == ["gold", "silver", "gold"]
    assert not standing(workspace, [ann])[ann].may("email", "promotions")


@pytest.mark.parametrize("first", ["the leaving", "the list"])
def test_a_yes_without_a_day_gives_way_to_a_leaving_whichever_comes_first(workspace, tmp_path, first):
    files = {
        "the leaving": ("identifiers: {email: '{email}'}\nconsent: [{channel: email, purpose: news, state: withdrawn, at: {column: left}}]\n", "email,left\nann@x.example,2024-05-01\n"),
        "the list": ("identifiers: {email: '{email}'}\nconsent: [{channel: email, purpose: news}]\n", "email\nAnn@X.example\nbob@x.example\n"),
    }  # fmt: skip
    for source in sorted(files, key=lambda name: name != first):
        recipe, text = files[source]
        path = tmp_path / f"{source}.csv"
        path.write_text(text)
        actions.import_file(workspace=workspace, path=path, kind="people", recipe=f"kind: people\nsource: {source}\n{recipe}")
    ann, bob = (find(workspace, "email", f"{name}@x.example") for name in ("ann", "bob"))
    stand = standing(workspace, [ann, bob])
    assert (stand[ann].may("email", "news"), stand[bob].may("email", "news")) == (False, True)


def test_grown_ups_of_a_list_without_days_are_written_to_without_a_parent(workspace, tmp_path):
    (tmp_path / "list.csv").write_text("email,born\nann@x.example,1990-05-31\nkim@x.example,2015-05-31\n")
    text = "kind: people\nsource: list\nidentifiers: {email: '{email}'}\nfacts: {birthday: '{born}'}\nconsent: [{channel: email, purpose: news}]\n"
    actions.import_file(workspace=workspace, path=tmp_path / "list.csv", kind="people", recipe=text)
    ann, kim = (find(workspace, "email", f"{name}@x.example") for name in ("ann", "kim"))
    stand = standing(workspace, [ann, kim])
    assert [(stand[one].may("email", "news"), stand[one].lacks_parent("email", "news")) for one in (ann, kim)] == [
        (True, False),
        (False, True),
    ]


def test_lines_as_single_events_with_equal_ones_and_dates(workspace, tmp_path):
    text = """
kind: events
source: till
external_id: customer
time: {column: at, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}
from: 2025-07-01
to: 2025-12-31
events:
  - {event: Visited Shop, properties: {spent: {from: "{spent}", as: number}, member: {from: "{member}", as: yes_no}}}
"""
    lines = [
        "customer;at;spent;member",
        "7;01.07.2025 09:00;1.234,50;ja",
        "7;01.07.2025 09:00;1.234,50;ja",
        "7;30.06.2025 23:59;1;ja",
        "8;02.07.2025 10:00;x;ja",
    ]
    (tmp_path / "till.csv").write_text("\n".join(lines))
    job = actions.import_file(workspace=workspace, path=tmp_path / "till.csv", kind="events", recipe=text)
    assert (job.rows_written, job.rows_refused) == (2, 1)
    assert job.counts == {"before the first day": 1, "not a number": 1, "Visited Shop": 2}
    event = Event.within(workspace).first()
    assert (event.occurred_at, event.properties) == (datetime(2025, 7, 1, 7, tzinfo=UTC), {"spent": 1234.5, "member": True})


def test_segments_json_lines(workspace, tmp_path):
    (tmp_path / "e.ndjson").write_text('{"type":"track","event":"A","userId":"u","messageId":"1"}\n\n{"type":"track"}\n')
    job = actions.import_events(workspace=workspace, path=tmp_path / "e.ndjson")
    assert (job.rows_read, job.rows_written, job.rows_refused, job.counts) == (3, 1, 1, {"no event name": 1})
    assert actions.import_events(workspace=workspace, path=tmp_path / "e.ndjson").pk == job.pk
    (refused,) = csv.DictReader(Path(job.refused_file).read_text().splitlines())
    assert (refused["line"], refused["reason"], bool(refused["sentence"])) == ("3", "no event name", True)


def test_refused_lines_of_a_try_that_was_cut_off_are_listed_once(tmp_path):
    listed = RefusedLines(tmp_path / "some" / "refused.csv")
    listed.go_back_to(0)
    assert not listed.add([])
    assert listed.add([(7, Refused("late", "It came late."), ()), (3, Refused("bad", "It is bad."), ())])
    listed.go_back_to(3)
    listed.add([(9, Refused("late", "It came late."), ())])
    assert [line.partition(",")[0] for line in listed.path.read_text().splitlines()] == ["line", "3", "9"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("kind: dogs\nsource: x", "kind"),
        ("kind: people\nsource: x\nshoes: 1", "shoes"),
        ("kind: people\nsource: x\nidentifiers: {mail: '{a}'}", "mail"),
        ("kind: events\nsource: x", "events"),
        ("kind: events\nsource: x\ntime: {column: a, zone: Mars/Base}\nevents: [{event: A}]", "Mars"),
        ("kind: [", "YAML"),
        ("kind: people\nkind: people\nsource: x", "YAML"),
    ],
)
def test_a_wrong_recipe_is_refused_with_a_sentence(text, part):
    with pytest.raises(Refused, match=part):
        read_recipe(text)


def test_a_column_that_is_not_there_is_named(workspace, tmp_path):
    (tmp_path / "list.csv").write_text("email\na@x.example\n")
    with pytest.raises(Refused, match="no column 'id'"):
        actions.import_file(workspace=workspace, path=tmp_path / "list.csv", kind="people", external_id="id")
    assert Import.within(workspace).get().state == "failed"


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("2.50", 2.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("£ 3", 3), ("12,5", 12.5)])
def test_numbers_as_people_write_them(text, value):
    assert number(text) == value


def test_a_local_time_is_of_its_zone_summer_and_winter():
    read = lambda text: moment(text, "%Y-%m-%d %H:%M", "Europe/London")  # noqa: E731
    assert [read("2011-07-01 12:00").hour, read("2011-12-01 12:00").hour] == [11, 12]


@given(st.lists(st.text(max_size=8), min_size=1, max_size=10))
def test_headings_become_distinct(headings):
    assert len(distinct(headings)) == len(headings)


def test_delimiters_outside_quotes_count():
    assert [delimiter_of(line) for line in ('"a,b,c";d;e', "a\tb", "a|b|c", "a")] == [";", "\t", "|", ","]


def test_an_empty_or_missing_file_is_refused(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"\n\n")
    with pytest.raises(Refused), rows(tmp_path / "empty.csv", look(tmp_path / "empty.csv").encoding):
        pass
    with pytest.raises(Refused):
        look(tmp_path / "none.csv")


def test_a_line_that_cannot_be_read_does_not_hide_the_next_one_of_the_same_person(workspace, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(
        "email,since,agreed\nann@example.com,2025-13-40,2025-01-01\nann@example.com,2025-01-01,2025-13-40\nann@example.com,2025-01-01,2025-01-01\n"
    )
    recipe = """
kind: people
source: shop
identifiers: {email: "{email}"}
time: {column: since}
consent: [{channel: email, purpose: news, state: granted, at: {column: agreed}}]
"""
    job = actions.import_file(workspace=workspace, path=path, kind="people", recipe=recipe)
    ann = find(workspace, "email", "ann@example.com")
    assert ann is not None
    assert standing(workspace, [ann])[ann].may("email", "news")
    assert job.rows_refused == 2


def test_an_import_with_a_number_beyond_32_bits_is_taken_alone_too(workspace, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('people_import', 'id'), 3000000000)")
    path = tmp_path / "people.csv"
    path.write_text("email\nann@example.com\n")
    recipe = 'kind: people\nsource: shop\nidentifiers: {email: "{email}"}\n'
    job = actions.import_file(workspace=workspace, path=path, kind="people", recipe=recipe)
    assert (job.pk > 3_000_000_000, job.rows_written) == (True, 1)
