import pytest

from duologue.platform.lake.rules import cleaned, left_out


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"revenue": 10.5, "email": "a@b.example"}, {"revenue": 10.5}),
        ({"E-Mail": "x", "First_Name": "Ada", "firstName": "Ada", "city": "Bonn"}, {"city": "Bonn"}),
        ({"note": "write to ada@shop.example"}, {}),
        ({"call": "+49 170 1234567"}, {}),
        ({"customer": {"name": "Ada", "tier": 2}}, {"customer": {"tier": 2}}),
        ({"products": [{"name": "Mug", "price": 4}]}, {"products": [{"name": "Mug", "price": 4}]}),
        ({"tags": ["a", "b@c.example"]}, {"tags": ["a", None]}),
        ({"name": "Ada", "order_id": "+1"}, {"order_id": "+1"}),
        ({"size": None, "email": None, "at": {"city": None}}, {"size": None, "at": {"city": None}}),
    ],
)
def test_no_direct_identifier_enters(given, kept):
    assert cleaned(given) == kept


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"revenue": 10.5, "coupon": None, "lines": [{"sku": "a"}]}, []),
        ({"email": "a@b.example", "revenue": 1}, ["email"]),
        ({"note": "write to ada@shop.example", "tags": ["a", "b@c.example"], "city": "Bonn"}, ["note", "tags"]),
        ({"customer": {"name": "Ada", "tier": 2}}, ["customer"]),
        ({"ada@shop.example": True}, ["*"]),
        ({"sum": {"net": None, "lines": [{"sku": None}]}}, []),
    ],
)
def test_what_is_missing_is_told_by_its_outermost_key(given, missing):
    assert left_out(given, cleaned(given)) == missing
