"""The brand's own pages: /at/WORKSPACE/SITE. No account, no cookie, no script; a form, and what keeps machines from filling it."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from csp.decorators import csp_update
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from markdown_it import MarkdownIt

from duologue.brand.book.queries import current as current_book
from duologue.engage.parents.rules import ADDRESS as PARENT
from duologue.engage.sites.actions import take_form
from duologue.engage.sites.queries import current
from duologue.engage.sites.rules import LONGEST as LONGEST_FIELD
from duologue.engage.sites.rules import TRAP, Filled, Site, needs_parent, read_fields
from duologue.kit.pipeline import Refused
from duologue.people.consent.ages import UNKNOWN, age_of_consent
from duologue.people.consent.rules import topic_fact
from duologue.people.identifiers.rules import normalise
from duologue.platform.database.clock import database_now
from duologue.platform.secrets import signing
from duologue.platform.workspaces.models import Workspace
from duologue.platform.workspaces.queries import now
from duologue.strategize.dialogues.rules import asking
from duologue.strategize.dialogues.surveys import survey_of
from duologue.strategize.models import SurveyVersion
from duologue.web.public.answers import read_answers, says_no
from duologue.web.public.look import look_of
from duologue.web.public.questions import shown
from duologue.web.public.words import WORDS, language_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from duologue.strategize.dialogues.rules.survey import Survey

MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")
QUICKEST, LONGEST = 2, 24 * 3600  # seconds from seeing a form to sending it
MOST, WHILE = 20, 600  # forms from one address of the network in so many seconds
KINDS: Final = {"email": "email", "phone": "tel", "birthday": "date"}
COMPLETES: Final = {"first_name": "given-name", "last_name": "family-name", "company": "organization", "city": "address-level2"}
COMPLETES_MORE: Final = {"phone": "tel", "postcode": "postal-code", "birthday": "bday", "country": "country-name"}
_seen: OrderedDict[str, list[float]] = OrderedDict()


@csrf_exempt
@csp_update({"img-src": ["https:"]})  # type: ignore[arg-type]
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, workspace: str, name: str) -> HttpResponse:
    """Show a site; a POST checks its form, keeps it and thanks."""
    room = Workspace.objects.filter(name=workspace).first()
    found = current(room, name) if room else None
    if room is None or found is None:
        raise Http404
    number, here = found.number, found.site
    asked = _survey(room, here)
    if request.method != "POST":
        return _page(request, room, here, asked, done="sent" in request.GET)
    if (trouble := _is_a_machine(request, room, here)) is not None:
        return trouble if trouble.status_code != 422 else _page(request, room, here, asked, again=True, status=422)
    given = {key: request.POST.getlist(key) for key in request.POST}
    fields, faults = read_fields(here, given, room.country, now(room).date())
    answers, wrong = read_answers(asked, given) if asked else ({}, {})
    applies = _applies(asked, answers, room)
    answers, wrong = ({key: said[key] for key in applies if key in said} for said in (answers, wrong))
    if faults or wrong:
        return _page(request, room, here, asked, faults=faults | wrong, status=422)
    if not set(applies) <= set(given.get("shown", applies)):  # an answer has raised a question that the page did not show
        return _page(request, room, here, asked)
    ticked = tuple(purpose for purpose in here.consent if f"consent-{purpose}" in given)
    parent, fault = _parent(room, fields, ticked, request)
    if fault is not None:
        return _page(request, room, here, asked, faults={PARENT: fault} if fault else {}, parent=True, status=422 if fault else 200)
    facts: dict[str, Any] = {PARENT: parent} if parent else {}
    for key, value in answers.items():
        fills = asked.questions[key].fills if asked else None
        if fills and fills.fact:
            facts[fills.fact.removeprefix("person.")] = value
        if fills and fills.topic:
            facts[topic_fact(fills.topic)] = not says_no(value)
    take_form(workspace=room, site=here, version=number, filled=Filled(fields, ticked, answers), facts=facts)
    return HttpResponseRedirect(f"{request.path}?sent", status=303)


site.public = True  # type: ignore[attr-defined]


def _parent(room: Workspace, fields: dict[str, str], ticked: tuple[str, ...], request: HttpRequest) -> tuple[str, str | None]:
    """Return a parent's address where one is needed, and otherwise why the form is shown again: "" to ask, or what is wrong."""
    if not needs_parent(fields, ticked, room.country, now(room).date()):
        return "", None
    if PARENT not in request.POST:
        return "", ""
    given = request.POST[PARENT].strip()[:LONGEST_FIELD].replace("\x00", "")
    try:
        parent = normalise("email", given, room.country)
    except Refused:
        return "", "not_an_address" if given else "needed"
    return ("", "not_your_own") if parent == fields.get("email", "").lower() else (given, None)


def _applies(asked: Survey | None, answers: dict[str, Any], room: Workspace) -> list[str]:
    """Return the questions to ask someone of whom nothing is known but these answers."""
    return asking.asked(asked, answers, {}, now(room)) if asked else []


def _page(
    request: HttpRequest,
    room: Workspace,
    here: Site,
    asked: Survey | None,
    *,
    faults: dict[str, str] | None = None,
    done: bool = False,
    again: bool = False,
    parent: bool = False,
    status: int = 200,
) -> HttpResponse:
    book, language = current_book(room), language_of(room.locale)
    words, age = WORDS[language], age_of_consent(room.country) or UNKNOWN
    filled = {key: request.POST.getlist(key) for key in request.POST}
    applies = _applies(asked, read_answers(asked, filled)[0] if asked else {}, room)
    context = {
        "site": here,
        "text": _html(here.text),
        "thanks": _html(here.thanks) or words["form_thanks"],
        "fields": [_field(field, filled, faults or {}, words, needed=place == 0, age=age) for place, field in enumerate(here.asks)],
        "questions": shown(asked, filled, faults or {}, words, only=applies) if asked else [],
        "seen": applies,
        "parent": {"value": next(iter(filled.get(PARENT, [])), ""), "fault": words.get((faults or {}).get(PARENT, ""), "")}
        if parent
        else None,
        "consents": [(purpose, said, f"consent-{purpose}" in filled) for purpose, said in here.consent.items()],
        "trap": TRAP,
        "token": signing.sign("form", room.pk, int(database_now().timestamp())),
        "done": done,
        "again": again,
        "brand": book,
        "look": look_of(book),
        "words": words,
        "language": language,
    }
    answer = render(request, "public/site.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _field(
    field: str, filled: dict[str, list[str]], faults: dict[str, str], words: dict[str, str], *, needed: bool, age: int
) -> dict[str, Any]:
    steps = [("yes", f"{age} {words['old_enough_yes']}"), ("no", words["old_enough_no"])] if field == "old_enough" else []
    return {
        "key": field,
        "label": words[f"field_{field}"],
        "kind": KINDS.get(field, "text"),
        "completes": COMPLETES.get(field) or COMPLETES_MORE.get(field) or field,
        "needed": needed,
        "value": next(iter(filled.get(field, [])), ""),
        "fault": words.get(faults.get(field, ""), ""),
        "steps": [(value, label, value in filled.get(field, [])) for value, label in steps],
    }


def _is_a_machine(request: HttpRequest, room: Workspace, here: Site) -> HttpResponse | None:
    """Return an answer where a form is not taken: as if it had been for what fell into the trap, 429 for too many, 422 to send again."""
    if request.POST.get(TRAP, ""):
        return HttpResponseRedirect(f"{request.path}?sent", status=303)
    if _too_many(_whence(request)):
        answer = HttpResponse("Too many forms from here. Please try again in ten minutes.", status=429, content_type="text/plain")
        answer["Retry-After"] = str(WHILE)
        return answer
    if "form" not in request.POST and request.headers.get("Origin", "") in here.embed:
        return None
    numbers = signing.read("form", request.POST.get("form", ""))
    if numbers is None or len(numbers) != 2 or numbers[0] != room.pk or not QUICKEST <= database_now().timestamp() - numbers[1] <= LONGEST:
        return HttpResponse(status=422)
    return None


def _whence(request: HttpRequest) -> str:
    """Return the address that a form comes from: through a proxy on this machine, the one it names last."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return named if named and peer in {"127.0.0.1", "::1", ""} else peer


def _too_many(address: str) -> bool:
    present = time.monotonic()
    times = [at for at in _seen.pop(address, []) if present - at < WHILE]
    times.append(present)
    _seen[address] = times[-MOST - 1 :]
    while len(_seen) > 10_000:
        _seen.popitem(last=False)
    return len(times) > MOST


def _survey(room: Workspace, here: Site) -> Survey | None:
    if not here.survey:
        return None
    version = SurveyVersion.within(room).filter(name=here.survey).order_by("-number").first()
    return survey_of(version) if version else None


def _html(markdown: str) -> str:
    return mark_safe(MARKDOWN.render(markdown)) if markdown.strip() else ""  # noqa: S308 - no HTML of its own is let through
