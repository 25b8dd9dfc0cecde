import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import URLPattern, get_resolver, resolve

from duologue.api.doors import DOORS
from duologue.brand.catalogue.feeds import save_feed
from duologue.engage.messages.writing import PAGES, PLAIN_PAGES
from duologue.platform.database.clock import database_now
from duologue.platform.staff import actions
from duologue.platform.staff.models import Role, Staff
from duologue.platform.staff.rules import RIGHTS, Right, may
from duologue.platform.workspaces.actions import create_workspace
from duologue.web.access import inside
from duologue.web.public.urls import urlpatterns
from tests.api.described import operations

OPEN = ("at/", "accounts/", "u/", "p/", "s/", "w/", "n/", "g/", "k/", "d/", "y/", "m/", "v/", "l/", "o/", "api/v1/", "static/")
SAMPLES = {"int": "1", "slug": "x", "str": "x", "path": "x", "uuid": "00000000-0000-0000-0000-000000000000"}


def every_pattern(patterns=None, before=""):
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here, entry.callback
        else:
            yield from every_pattern(entry.url_patterns, here)


INSIDE = [(route, view) for route, view in every_pattern() if route.startswith("<slug:workspace>/")]
OUTSIDE = [(route, view) for route, view in every_pattern() if not route.startswith("<slug:workspace>/") and not route.startswith(OPEN)]


def address(route, workspace):
    route = route.replace("<slug:workspace>", workspace.name, 1)
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "1"), route)


def ask(client, where):
    answer = client.get(where)
    return client.post(where) if answer.status_code == 405 else answer


def member_of(workspace, role, name="ann"):
    staff = Staff.objects.create_user(f"{name}@example.org")
    actions.add_member(workspace, staff=staff, role=role, now=database_now())
    return staff


def test_every_page_of_a_workspace_says_which_right_it_asks_for():
    assert INSIDE
    assert [route for route, view in INSIDE if not isinstance(getattr(view, "right", None), Right)] == []


def test_no_two_pages_share_an_address_and_letters_lead_to_the_right_ones():
    taken = Counter(re.sub(r"<[^>]+>", "<>", route) for route, _ in every_pattern())
    public = [re.sub(r"<[^>]+>", "<>", str(entry.pattern)) for entry in urlpatterns]
    assert [route for route in public if taken[route] != 1] == []
    found = {name: resolve(f"/{way}/x").url_name for name, way in {**PAGES, **PLAIN_PAGES}.items()}
    assert found == {name: {"why": "why_me"}.get(name, name) for name in found}
    assert [route for route, _ in every_pattern() if f"/{route}".startswith(tuple(DOORS))] == []


def test_a_stranger_is_sent_to_sign_in_from_every_page(client, workspace):
    wrong = []
    for route, _ in INSIDE + OUTSIDE:
        answer = ask(client, address(route, workspace))
        if answer.status_code != 302 or not answer["location"].startswith("/accounts/login/"):
            wrong.append((route, answer.status_code))
    assert wrong == []


def test_to_another_workspaces_owner_no_page_exists(client, workspace):
    client.force_login(member_of(create_workspace(name="other"), "owner"))
    answers = [(route, ask(client, address(route, workspace)).status_code) for route, _ in INSIDE]
    assert [answer for answer in answers if answer[1] != 404] == []


@pytest.mark.parametrize("role", Role.values)
def test_a_role_is_refused_wherever_it_lacks_the_right(client, workspace, role):
    client.force_login(member_of(workspace, role))
    answers = [(route, ask(client, address(route, workspace)).status_code) for route, view in INSIDE if not may(role, view.right)]
    assert [answer for answer in answers if answer[1] != 403] == []


def test_a_view_is_called_only_for_members_with_the_right(rf, workspace):
    called = []

    @inside(Right.OWN)
    def view(request, room, number):
        called.append((room, number, request.role))
        return HttpResponse()

    def open_as(staff):
        request = rf.get("/shop/")
        request.user = staff
        return view(request, workspace="shop", number=7)

    with pytest.raises(PermissionDenied):
        open_as(member_of(workspace, "editor", "ben"))
    with pytest.raises(Http404):
        open_as(member_of(create_workspace(name="other"), "owner", "eve"))
    assert called == []
    open_as(member_of(workspace, "owner"))
    assert called == [(workspace, 7, "owner")]


def test_every_role_has_rights_and_only_the_owner_has_all():
    assert set(RIGHTS) == set(Role.values)
    assert [role for role, rights in RIGHTS.items() if rights == set(Right)] == ["owner"]
    assert not may("king", Right.LOOK)


def every_operation(workspace):
    for path, method in operations():
        yield method, re.sub(r"\{\w+\}", "1", path.replace("{workspace}", workspace.name))


def call(client, method, path, secret=None):
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    return getattr(client, method)(path, headers=headers, **body).status_code


def test_no_operation_answers_without_a_management_key(client, workspace):
    _, write_key = actions.create_key(workspace, "site", "write", "", database_now())
    every = list(every_operation(workspace))
    assert every
    for secret in (None, "duo_m_nonsense", write_key):
        assert [op for op in every if call(client, *op, secret) != 401] == []


def test_no_operation_knows_a_workspace_that_is_not_the_keys_own(client, workspace):
    _, secret = actions.create_key(create_workspace(name="other"), "theirs", "manage", "owner", database_now())
    answers = [(*op, call(client, *op, secret)) for op in every_operation(workspace)]
    assert [answer for answer in answers if answer[2] != 404] == []


def test_a_guests_key_changes_nothing_and_sees_nobody(client, workspace):
    _, secret = actions.create_key(workspace, "screen", "manage", "guest", database_now())
    answers = [(*op, call(client, *op, secret)) for op in every_operation(workspace) if op[0] != "get" or "/people/" in op[1]]
    assert [answer for answer in answers if answer[2] not in {403, 422}] == []


def test_the_whole_address_of_a_feed_is_shown_to_those_alone_who_may_change_it(client, workspace):
    whole = "https://shop.example/f/0123456789abcdef/google.xml?token=secret"
    save_feed(workspace=workspace, name="google", address=whole, every=timedelta(hours=6), now=database_now())
    shown = {}
    for role in ("guest", "editor"):
        client.force_login(member_of(workspace, role, role))
        page = client.get("/shop/brand/products/feeds").content.decode()
        shown[role] = (whole in page, "secret" in page or "0123456789" in page, "shop.example … google.xml" in page)
    assert shown == {"guest": (False, False, True), "editor": (True, True, False)}
