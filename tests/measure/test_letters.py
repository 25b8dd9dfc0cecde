from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from duologue.cli.worker.clock import advance
from duologue.cli.worker.due import waiting
from duologue.engage.messages.models import Delivery
from duologue.measure.buyers.actions import count
from duologue.measure.growth.actions import keep
from duologue.measure.letters import actions, rules, telling
from duologue.measure.letters.models import Issue, Letter, Reader
from duologue.measure.letters.queries import written
from duologue.measure.letters.tasks import send_letters, send_waiting, skip_due, write_due
from duologue.measure.reports.queries import report
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.identifiers.models import Identifier
from duologue.people.profiles.actions import add
from duologue.platform.staff.actions import add_member, set_role
from duologue.platform.staff.models import Staff
from duologue.platform.workspaces.actions import go_live
from duologue.strategize.dialogues.rules.plan import to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.models import Dialogue, DialogueVersion
from tests.engage.channels.conftest import server  # noqa: F401
from tests.measure.test_reports import happened, person, said

TUESDAY = datetime(2026, 1, 6, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
PLAN = """
dialogue: win-back
purpose: promotions
audience: everyone
goal: {event: Order Completed, within: 30d, value: revenue}
turns:
  invite: {say: hello, listen: [{silence: 3d, then: end}]}
"""


@pytest.fixture
def dialogue(workspace):
    dialogue = Dialogue(workspace=workspace, name="win-back", draft=PLAN, state="live", current=1)
    dialogue.save()
    plan = to_json(read_dialogue(PLAN, "win-back.yaml"))
    DialogueVersion(workspace=workspace, dialogue=dialogue, number=1, source=PLAN, plan=plan, pins={}, published_at=TUESDAY).save()
    return dialogue


def member(workspace, name, role="analyst"):
    staff = Staff.objects.create_user(f"{name}@shop.example", name=name)
    add_member(workspace, staff=staff, role=role, now=TUESDAY)
    return staff


def joins(workspace, at):
    save_purpose(workspace=workspace, name="news", title="News")
    (profile,) = add(workspace=workspace, seen_at=[at])
    Identifier._rows.create(
        workspace=workspace, profile_id=profile, kind="email", value=f"p{profile}@x.example", shown="", first_seen_at=at
    )
    state(workspace=workspace, statements=[NewStatement(profile, "email", "news", "granted", at, "form")], now=at)
    return profile


@pytest.mark.parametrize(
    ("every", "at", "zone", "due"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "08:00", "UTC", "2026-01-12T08:00:00+00:00"),
        ("FREQ=WEEKLY;BYDAY=TU", "08:00", "America/New_York", "2026-01-06T13:00:00+00:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "07:30", "Europe/London", "2026-02-01T07:30:00+00:00"),
        ("FREQ=WEEKLY;BYDAY=MO", "00:30", "Pacific/Auckland", "2026-01-11T11:30:00+00:00"),
    ],
)
def test_a_letter_is_due_on_the_workspaces_clock(every, at, zone, due):
    assert rules.next_at(every, at, zone, TUESDAY) == datetime.fromisoformat(due)


def test_an_order_in_two_dialogues_is_not_told_as_two():
    counted = rules.Figures(sales={"back-soon": 2, "win-back": 5}, revenue={"back-soon": 9000, "win-back": 12000})
    before = {"sales": {"back-soon": 1, "win-back": 4}, "revenue": {"back-soon": 4000, "win-back": 7000}}
    told = rules.five_sentences(counted, before, "/shop", lambda minor: f"£{minor // 100}")[2]
    at = "/shop/measure/reports/win-back"
    said = f"[Win back]({at}) was followed by the most sales, [1]({at}) worth [£50]({at})"
    assert told == f"{said}; an order counts in each dialogue that it falls to."


def test_a_monday_letter_has_five_sentences_and_every_number_leads_to_its_page(workspace, dialogue):
    workspace.clock_at = TUESDAY
    workspace.save()
    anna, ben = member(workspace, "anna"), member(workspace, "ben")
    actions.read_mondays(workspace=workspace, staff=anna.pk, now=TUESDAY)
    actions.read_mondays(workspace=workspace, staff=ben.pk, now=TUESDAY)
    buyer = person(workspace, dialogue)
    said(workspace, dialogue, buyer, "invite", "accepted", 2)
    happened(workspace, buyer, "Order Completed", 3, order_id="1", revenue=20)
    joins(workspace, TUESDAY + timedelta(days=1))
    before = Delivery.within(workspace).count()

    advance(workspace, TUESDAY + WEEK)

    first = Issue.within(workspace).get(staff=anna)
    at = f"/{workspace.name}/measure"
    sold = f"{at}/reports/win-back"
    assert first.at == datetime(2026, 1, 12, 8, tzinfo=UTC)
    assert first.body == [
        f"Last week [1]({at}/growth) person joined the list and [0]({at}/growth) went, so you may now contact [1]({at}/growth).",
        f"So far [1]({at}/reports) letter left, and people clicked in [0]({at}/reports) of them.",
        f"[Win back]({sold}) was followed by the most sales, [1]({sold}) worth [£20.00]({sold}); an order counts in each dialogue that it falls to.",
        "Nothing went badly.",
        f"No broadcast is set to leave, and [0](/{workspace.name}/engage/inbox) conversations wait for an answer.",
    ]
    assert first.state == Issue.State.KEPT  # a virtual clock sends nothing to anybody
    assert (Issue.within(workspace).count(), Delivery.within(workspace).count()) == (2, before)

    Dialogue.within(workspace).update(state="paused", paused_because="6 in 100 letters bounced.")
    actions.stop(workspace=workspace, letter=first.letter_id, staff=ben.pk)
    advance(workspace, TUESDAY + 2 * WEEK)
    (second,) = Issue.within(workspace).filter(at__gt=first.at)
    assert second.staff_id == anna.pk
    assert (
        second.body[1]
        == f"Since the last letter [0]({at}/reports) letters left, and people clicked in [0]({at}/reports) letters, old or new."
    )
    assert second.body[2] == "No sale followed them."
    assert second.body[3].endswith("is paused: 6 in 100 letters bounced.")


def test_reports_go_out_by_mail_to_those_who_work_here_and_end_by_their_link(workspace, dialogue, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    anna, ben = member(workspace, "anna", "guest"), member(workspace, "ben")
    person(workspace, dialogue)
    report(workspace, "win-back", TUESDAY)
    joins(workspace, TUESDAY)
    keep(workspace=workspace, now=TUESDAY)
    go_live(workspace=workspace)
    asked = {"workspace": workspace, "every": "FREQ=DAILY", "at": "09:00", "now": TUESDAY}
    for what in ("report nothing", "weather"):
        with pytest.raises(actions.NotPossible, match="nothing to report"):
            actions.schedule(**asked, what=what, form="csv", staff=[anna.pk])
    with pytest.raises(actions.NotPossible, match="is no rule of days"):
        actions.schedule(**{**asked, "every": "now and then"}, what="growth", form="csv", staff=[anna.pk])
    stranger = Staff.objects.create_user("eve@elsewhere.example")
    with pytest.raises(actions.NotPossible, match="nobody else"):
        actions.schedule(**asked, what="growth", form="csv", staff=[anna.pk, stranger.pk])
    for what in ("growth", "report win-back", "by persona"):
        actions.schedule(**asked, what=what, form="csv", staff=[anna.pk, ben.pk])
    set_role(workspace, staff_id=ben.pk, role="")  # who has gone gets nothing more

    morning = datetime(2026, 1, 7, 9, tzinfo=UTC)
    assert write_due(workspace, TUESDAY) == 0
    assert write_due(workspace, morning) == 3
    assert send_waiting(workspace, morning) == 3
    assert (write_due(workspace, morning), send_waiting(workspace, morning)) == (0, 0)

    assert {tuple(one.to) for one in mail.outbox} == {("anna@shop.example",)}
    growth = next(one for one in mail.outbox if "growth" in one.subject)
    assert "list,may_contact,1" in growth.attachments[0][1]
    assert f"{settings.PUBLIC_URL}/{workspace.name}/measure/growth" in growth.body
    off = growth.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.PUBLIC_URL)
    assert growth.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Stop this letter?" in client.get(off).content.decode()
    assert Reader.within(workspace).filter(staff=anna, letter__what="growth").exists()
    for _ in range(2):
        assert "It is stopped" in client.post(off, {"List-Unsubscribe": "One-Click"}).content.decode()
    assert not Reader.within(workspace).filter(staff=anna, letter__what="growth").exists()
    assert client.get(off[:-3] + "x/").status_code == 404
    write_due(workspace, morning + timedelta(days=1))
    send_waiting(workspace, morning + timedelta(days=1))
    assert sorted(one.subject for one in mail.outbox[3:]) == sorted(one.subject for one in mail.outbox[:3] if one is not growth)
    assert Letter.within(workspace).exclude(next_at=None).count() == 3


def test_a_scheduled_report_tells_its_first_figures_in_the_letter(workspace, dialogue):
    buyer, other = person(workspace, dialogue), person(workspace, dialogue)
    for one in (buyer, other):
        said(workspace, dialogue, one, "invite", "accepted", 2, left_at=TUESDAY if one is other else None)
    said(workspace, dialogue, other, "more", "failed", 2, reason="5.1.1")
    happened(workspace, buyer, "Order Completed", 3, order_id="1", revenue=20)
    joins(workspace, TUESDAY)
    later = TUESDAY + WEEK
    report(workspace, "win-back", later)
    count(workspace=workspace, now=later)
    keep(workspace=workspace, now=later)

    def letter(what):
        subject, sentences, table, _ = written(workspace, Letter(workspace=workspace, what=what, form="csv"), later)
        assert (subject.partition(": ")[0], table.startswith("section,name,value")) == (workspace.title, True)
        assert sentences.pop().startswith("The figures as of now are [on their page]")
        pages = {path for sentence in sentences for _, path in rules.LINKED.findall(sentence)}
        assert pages <= {f"/{workspace.name}/measure/{what.replace('report ', 'reports/').replace('by ', 'by/')}"}
        return rules.as_text(sentences, "").partition("\n\nThe numbers come from:")[0].split("\n\n")

    assert letter("report win-back")[1:] == [
        "2 people were considered: 2 began, 0 responded, 1 reached the goal.",
        "2 letters left, and people clicked in 0 of them; 1 bounced, by 1 somebody unsubscribed.",
        "1 conversion brought £20.00, and £0.00 was spent.",
    ]
    assert letter("by persona") == ["No persona named: 1 conversion worth £20.00, £0.00 spent, 1 letter by which somebody unsubscribed."]
    assert letter("growth") == [
        "You may contact 1 person.",
        "In the last full week 1 joined, 0 came back, 0 left, and 0 cannot be written to any more.",
        "For news: 1 person.",
    ]
    assert letter("buyers") == ["In 2026-01 1 person first bought, and brought £20.00 until now."]


def test_of_many_groups_the_largest_are_told_and_the_others_counted():
    group = {"dialogues": ["a"], "conversions": {"number": 0}, "revenue": 0, "cost": 0, "unsubscribes": 0}
    told = telling.of_groups({"by": "stage", "groups": {f"s{one}": group for one in range(7)}}, "/p", str)
    assert (len(told), told[-1]) == (6, "And [2](/p) more.")
    assert telling.of_groups({"by": "stage", "groups": {}}, "/p", str) == ["No dialogue was counted that serves a stage."]
    assert telling.of_growth({"list": None, "purposes": {}}, "/p") == ["Nobody has been counted yet."]
    assert telling.of_buyers({"cohorts": {}}, "/p", str) == ["Nobody has bought yet, or nobody has been counted."]


def test_a_letter_comes_out_of_a_real_server_whole_and_as_wide_as_a_phone(workspace, dialogue, settings, server):  # noqa: F811
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    workspace.title = "Fern & <b>Feather"
    workspace.save()
    go_live(workspace=workspace)
    actions.read_mondays(workspace=workspace, staff=member(workspace, "anna").pk, now=TUESDAY)
    write_due(workspace, TUESDAY + WEEK)
    assert send_waiting(workspace, TUESDAY + WEEK) == 1
    ((_, to, content),) = server.got
    came = message_from_bytes(content, policy=policy.default)
    assert (to, came["Subject"], came["List-Unsubscribe-Post"]) == (
        "anna@shop.example",
        "Monday at Fern & <b>Feather",
        "List-Unsubscribe=One-Click",
    )
    text, page = (came.get_body([kind]).get_content() for kind in ("plain", "html"))
    off = came["List-Unsubscribe"].strip("<>")
    assert off in text
    assert "Last week 0 people joined the list and 0 went" in text
    assert "](/" not in text + page
    assert '<meta name="viewport" content="width=device-width' in page
    assert page.count("Fern &amp; &lt;b&gt;Feather") == 2  # its title, and whom they asked
    assert "<b>" not in page
    assert f'<a href="{off}">' in page


def test_a_letter_that_no_server_takes_says_so(workspace, settings, dialogue):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    anna = member(workspace, "anna")
    go_live(workspace=workspace)
    actions.read_mondays(workspace=workspace, staff=anna.pk, now=TUESDAY)
    write_due(workspace, TUESDAY + WEEK)
    assert send_waiting(workspace, TUESDAY + WEEK) == 0
    issue = Issue.within(workspace).get()
    assert (issue.state, issue.detail) == ("failed", "The mail server did not take it: ConnectionRefusedError.")


def test_what_waited_is_picked_up_again_and_goes_only_to_those_who_still_may_look(workspace, settings, dialogue):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    anna, ben, cleo, dora, ella = (member(workspace, name) for name in ("anna", "ben", "cleo", "dora", "ella"))
    go_live(workspace=workspace)
    for one in (anna, ben, cleo, dora, ella):
        actions.read_mondays(workspace=workspace, staff=one.pk, now=TUESDAY)
    monday = TUESDAY + WEEK
    write_due(workspace, monday)
    jobs = ProcrastinateJob.objects.filter(task_name=send_letters.name)
    assert jobs.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # the job's process ended before it sent anything
    assert waiting(workspace).has("letters", monday)
    assert (write_due(workspace, monday), write_due(workspace, monday), jobs.count()) == (0, 0, 1)

    issues = Issue.within(workspace)
    issues.filter(staff=anna).update(subject="broken\nhere")
    set_role(workspace, staff_id=ben.pk, role="")
    Staff.objects.filter(pk=cleo.pk).update(is_active=False)
    issues.filter(staff=dora).update(state=Issue.State.HANDING_OVER)
    assert send_waiting(workspace, monday) == 1
    assert [one.to for one in mail.outbox] == [["ella@shop.example"]]
    gone = ("failed", "They do not work here any more, or may not look at results.")
    told = dict(issues.values_list("staff", "state")), dict(issues.values_list("staff", "detail"))
    assert (told[0][anna.pk], told[1][anna.pk][:31]) == ("failed", "It could not be made into mail:")
    assert [(told[0][one.pk], told[1][one.pk]) for one in (ben, cleo)] == [gone, gone]
    assert (told[0][dora.pk], told[0][ella.pk]) == ("handing over", "sent")
    assert not waiting(workspace).has("letters", monday)

    issues.filter(staff=ella).update(state=Issue.State.WAITING)  # a backup from before it left, put back
    assert (skip_due(workspace, monday), issues.get(staff=ella).state, send_waiting(workspace, monday)) == (1, "handing over", 0)
