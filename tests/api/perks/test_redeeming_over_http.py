from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ninja import NinjaAPI
from ninja.testing import TestClient

from duologue.api.v1.access import ManagementKey
from duologue.api.v1.perks import router
from duologue.engage.perks.models import Perk
from duologue.people.profiles.actions import add
from duologue.platform.staff.actions import create_key
from duologue.strategize.models import Offer, OfferVersion

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def api():
    made = NinjaAPI(auth=ManagementKey(), urls_namespace="redeeming-test")
    made.add_router("/{workspace}/perks", router)
    return TestClient(made)


@pytest.fixture
def redeem(api, workspace):
    secret = create_key(workspace, name="till", kind="manage", role="care", now=NOW)[1]

    def ask(role_key=secret, scheme="Bearer", **body):
        return api.post(f"/{workspace.name}/perks/redeem", json=body, headers={"Authorization": f"{scheme} {role_key}"})

    return ask


@pytest.fixture
def perk(workspace):
    (profile,) = add(workspace=workspace, seen_at=[NOW])
    offer = Offer(workspace=workspace, name="ten")
    offer.save()
    version = OfferVersion(workspace=workspace, offer=offer, number=1, data={}, since=NOW)
    version.save()
    made = Perk(
        workspace=workspace,
        offer=offer,
        offer_version=version,
        person=profile,
        profile_id=profile,
        code="ABCD2345",
        state="issued",
        reserved_at=NOW,
    )
    made.save()
    return made


def test_a_code_is_redeemed_once_and_the_same_order_may_ask_again(redeem, perk):
    assert redeem(code="ABCD2345", order="1", worth=500).status_code == 200
    assert redeem(code="ABCD2345", order="1", worth=500).json() == {"perk": perk.pk, "offer": "ten"}
    refused = redeem(code="ABCD2345", order="2")
    assert refused.status_code == 409
    assert refused.json()["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"code": "", "order": "1"}, {"code": "A", "order": "1", "worth": -1}, {"code": "a\x00", "order": "1"}]
)
def test_what_makes_no_sense_is_refused(redeem, perk, body):
    assert redeem(**body).status_code == 422


def test_a_code_that_was_never_given(redeem):
    answer = redeem(code="NOPE", order="1")
    assert (answer.status_code, answer.json()) == (409, {"detail": "There is no such code."})


def test_only_with_a_key_of_the_right_role(redeem, workspace, perk):
    guest = create_key(workspace, name="guest", kind="manage", role="guest", now=NOW)[1]
    assert redeem(guest, code="ABCD2345", order="1").status_code == 403
    assert redeem("wrong", code="ABCD2345", order="1").status_code == 401


def test_who_tries_unknown_codes_in_a_row_is_asked_to_wait_and_others_are_not(redeem, perk):
    answers = [redeem(code=f"GUESS{n}", order="9", tried_by="session 1") for n in range(21)]
    assert [one.status_code for one in answers] == [409] * 20 + [429]
    assert answers[-1].json()["detail"].startswith("20 unknown codes were tried in a row. Please wait 10 minutes")
    assert int(answers[-1].headers["Retry-After"]) <= 600
    assert redeem(code=perk.code, order="9", tried_by="session 1").status_code == 429
    assert redeem(code=perk.code, order="9", tried_by="session 1", scheme="bearer").status_code == 429
    assert redeem(code=perk.code, order="9", tried_by="session 2").status_code == 200


def test_neither_a_used_code_nor_a_new_name_lets_go_of_who_guesses(redeem, perk, workspace, monkeypatch):
    monkeypatch.setattr("duologue.api.v1.perks.BY_MANY", 23)
    assert redeem(code=perk.code, order="1").status_code == 200
    for n in range(20):
        assert redeem(code=f"GUESS{n}", order="1", tried_by="session 1").status_code == 409
        assert redeem(code=perk.code, order="2", tried_by="session 2").status_code == 409  # redeemed by another order
        assert redeem(code=perk.code, order="1", tried_by="session 2").status_code == 200  # the same order asks again
    assert redeem(code="GUESS", order="1", tried_by="session 1").status_code == 429
    assert [redeem(code="GUESS", order="1", tried_by=f"session {n}").status_code for n in range(3, 7)] == [409] * 3 + [429]
    assert redeem(code="GUESS", order="1").json()["detail"].startswith("23 unknown codes")


def test_points_are_spent_and_told(api, workspace, perk):
    Perk.within(workspace).update(unit="points", amount=50, remaining=50, code="")
    secret = create_key(workspace, name="loyalty", kind="manage", role="care", now=NOW)[1]
    headers = {"Authorization": f"Bearer {secret}"}
    whose = f"person:{perk.person}"

    def spend(amount, order, whose=whose):
        body = {"whose": whose, "unit": "points", "amount": amount, "order": order}
        answer = api.post(f"/{workspace.name}/perks/spend", json=body, headers=headers)
        return answer.status_code, answer.json()

    assert spend(30, "A1") == spend(30, "A1") == (200, {"spent": 30, "left": 20})
    assert spend(30, "A2") == (409, {"detail": "There is not that much left."})
    assert spend(0, "A3")[0] == 422
    assert spend(1, "A3", whose="nobody@example.com")[0] == 404
    assert api.get(f"/{workspace.name}/perks/balance?whose={whose}", headers=headers).json() == {"points": 20, "credit": 0}
