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

    def ask(role_key=secret, **body):
        return api.post(f"/{workspace.name}/perks/redeem", json=body, headers={"Authorization": f"Bearer {role_key}"})

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
