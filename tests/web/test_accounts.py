import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail

from duologue.platform.database.clock import database_now
from duologue.platform.staff import actions
from duologue.platform.staff.models import Membership, Staff
from duologue.web.accounts.invitations import send_invitation
from duologue.web.accounts.mail import server_of

PASSWORD = "a long enough word"


@pytest.fixture
def ann(workspace):
    staff = Staff.objects.create_user("ann@example.org", PASSWORD, name="Ann")
    actions.add_member(workspace, staff=staff, role="owner", now=database_now())
    return staff


def test_one_signs_in_with_address_and_password(client, ann):
    answer = client.post("/accounts/login/", {"login": "Ann@example.org", "password": PASSWORD})
    assert (answer.status_code, answer["location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ann.pk)


def test_passwords_are_kept_by_argon2_at_a_cost(ann, usual_hashing):
    assert ann.password.startswith("argon2$argon2id$")
    rounds, kibibytes, _threads = usual_hashing
    assert rounds * kibibytes >= 2 * 19 * 1024  # what OWASP asks for


def test_a_wrong_password_is_refused(client, ann):
    answer = client.post("/accounts/login/", {"login": "ann@example.org", "password": "wrong"})
    assert (answer.status_code, "_auth_user_id" in client.session) == (200, False)


def test_ten_wrong_passwords_lock_the_door(client, ann):
    for _ in range(10):
        client.post("/accounts/login/", {"login": "ann@example.org", "password": "wrong"})
    client.post("/accounts/login/", {"login": "ann@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client, db):
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})
    assert not Staff.objects.exists()


def test_a_sign_in_link_is_used_up_by_the_button_not_by_a_look(client, ann):
    address = f"/accounts/enter/{actions.make_sign_in_link(ann, now=database_now())}/"
    for _ in range(2):
        assert client.get(address).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(address)["location"] == "/"
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert client.post(address).status_code == 404


def test_whoever_has_no_password_is_let_in_and_told_where_to_choose_one(client, workspace):
    owner = Staff.objects.create_user("owner@localhost")
    actions.add_member(workspace, staff=owner, role="owner", now=database_now())
    home = client.post(f"/accounts/enter/{actions.make_sign_in_link(owner, now=database_now())}/", follow=True)
    assert home.redirect_chain[-1][0] == f"/{workspace.name}/"
    assert "You have no password yet." in home.content.decode()
    choosing = client.get("/accounts/password/set/")
    assert choosing.status_code == 200
    client.post("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert "You have no password yet." not in client.get(f"/{workspace.name}/").content.decode()


def test_an_invited_person_makes_an_account_and_is_in(client, workspace):
    _, token = actions.invite(workspace, email="ben@example.org", role="care", by=None, now=database_now())
    assert client.get(f"/accounts/join/{token}/").status_code == 200
    assert client.post(f"/accounts/join/{token}/", {"name": "Ben", "password": "short"}).status_code == 422
    assert client.post(f"/accounts/join/{token}/", {"name": "Ben", "password": PASSWORD}).status_code == 302
    assert [(row.staff.email, row.role) for row in Membership.within(workspace).select_related("staff")] == [("ben@example.org", "care")]
    assert client.get(f"/accounts/join/{token}/").status_code == 404


def test_an_invitation_does_not_open_an_existing_account(client, workspace, ann):
    Membership.within(workspace).delete()
    _, token = actions.invite(workspace, email="ann@example.org", role="care", by=None, now=database_now())
    assert client.post(f"/accounts/join/{token}/", {"name": "Eve", "password": PASSWORD}).status_code == 409
    client.force_login(ann)
    assert client.post(f"/accounts/join/{token}/").status_code == 302
    assert Membership.within(workspace).get().role == "care"


def test_an_invitation_is_mailed_with_its_link(workspace, ann):
    invitation, token = actions.invite(workspace, email="ben@example.org", role="care", by=ann, now=database_now())
    link = send_invitation(invitation, token)
    assert (mail.outbox[0].to, link in mail.outbox[0].body, "Ann invites you" in mail.outbox[0].body) == (["ben@example.org"], True, True)


def test_a_forgotten_password_is_chosen_anew(client, ann):
    client.post("/accounts/password/reset/", {"email": "ann@example.org"})
    address = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    form = client.get(address, follow=True)
    where = form.redirect_chain[-1][0]
    client.post(where, {"password1": "another long word", "password2": "another long word"})
    ann.refresh_from_db()
    assert ann.check_password("another long word")


@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_pages_before_signing_in_are_there(client, db, page):
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/", "/accounts/email/"])
def test_pages_of_ones_own_account_are_there(client, ann, page):
    client.post("/accounts/login/", {"login": "ann@example.org", "password": PASSWORD})
    assert client.get(page).status_code == 200


def test_a_second_factor_is_set_up_and_asked_for(client, ann):
    def code(secret):
        _, present, _ = yield_hotp_counters_from_time()
        return format_hotp_value(hotp_value(secret, present))

    client.post("/accounts/login/", {"login": "ann@example.org", "password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert page["location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    client.logout()
    answer = client.post("/accounts/login/", {"login": "ann@example.org", "password": PASSWORD})
    assert answer["location"].startswith("/accounts/2fa/authenticate/")
    assert client.get(answer["location"]).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 25, False, False)),
        ("smtp://ann:p%40ss@mail.example.com", ("mail.example.com", 587, False, True)),
        ("smtps://ann:pass@mail.example.com", ("mail.example.com", 465, True, False)),
    ],
)
def test_the_mail_servers_address_is_read(url, expected):
    server = server_of(url)
    assert (server["host"], server["port"], server["use_ssl"], server["use_tls"]) == expected


@pytest.mark.parametrize("url", ["http://mail.example.com", "mail.example.com", "smtp://"])
def test_what_is_no_mail_server_is_refused(url):
    with pytest.raises(ValueError, match="smtp://"):
        server_of(url)
