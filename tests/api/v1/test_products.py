import json

import pytest

from duologue.brand.catalogue.models import ProductChange
from duologue.platform.database.clock import database_now
from duologue.platform.staff.actions import create_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, workspace):
    _, secret = create_key(workspace, "shop", "manage", "editor", database_now())

    def send(method, path="", body=None, **headers):
        more = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        where = f"/api/v1/{workspace.name}/products{path}"
        answer = getattr(client, method)(where, headers={"Authorization": f"Bearer {secret}", **headers}, **more)
        return answer.status_code, answer.json() if answer.content else None

    return send


def test_a_product_is_added_changed_in_part_and_taken_out(ask, workspace):
    said = {"name": "Tea", "price": 4.5, "stock": 0, "link": "https://shop.example/tea", "variant_of": "teas"}
    tea = {"key": "tea", "name": "Tea", "price": 4.5, "currency": "GBP", "stock": 0, "picture": "", "link": "https://shop.example/tea"}
    tea |= {"variant_of": "teas"}
    assert ask("put", "/tea", said) == (200, tea | {"available": False})
    assert ask("put", "/tea", {"stock": 3, "price": "3.99"}) == (200, tea | {"stock": 3, "price": 3.99, "available": True})
    assert set(ProductChange.within(workspace).values_list("kind", flat=True)) == {"back", "cheaper"}
    assert ask("delete", "/tea") == ask("delete", "/tea") == (204, None)
    assert ask("get", "/tea")[1]["available"] is False
    assert ask("get") == (200, {"products": [], "after": ""})
    assert ask("get", "/cup") == ask("delete", "/cup") == (404, {"detail": "There is no product 'cup'."})


def test_many_are_kept_at_once_all_or_none_and_the_same_request_once(ask):
    many = {"products": [{"key": f"p{n:03}", "name": f"P {n}", "price": n} for n in range(250)]}
    assert ask("post", "", many, **{"Idempotency-Key": "1"}) == (200, {"changed": 250})
    assert ask("post", "", many) == (200, {"changed": 0})
    assert ask("post", "", many, **{"Idempotency-Key": "1"}) == (200, {"changed": 250})
    first = ask("get")[1]
    rest = ask("get", f"?after={first['after']}")[1]
    assert (len(first["products"]), first["after"], len(rest["products"]), rest["after"]) == (200, "p199", 50, "")
    wrong = {"products": [{"key": "p000", "price": 9}, {"key": "new"}]}
    assert ask("post", "", wrong) == (422, {"detail": "Product 2, 'new': A new product needs a name."})
    assert ask("get", "/p000")[1]["price"] == 0
    assert ask("post", "/take-out", {"keys": ["p000", "p001", "gone"]}) == (200, {"gone": 2})


@pytest.mark.parametrize(
    "said",
    [
        {"key": "a\x00", "name": "x"},
        {"key": " a", "name": "x"},
        {"key": "a", "name": "x\x00"},
        {"key": "a", "name": "x", "price": -1},
        {"key": "a", "name": "x", "price": "NaN"},
        {"key": "a", "name": "x", "price": 1e15},
        {"key": "a", "name": "x", "stock": 2**31},
        {"key": "a", "name": "x", "link": "javascript:1"},
        {"key": "a", "name": "x", "currency": "pounds"},
    ],
)
def test_what_is_no_product_is_refused(ask, said):
    assert ask("post", "", {"products": [said]})[0] == 422
