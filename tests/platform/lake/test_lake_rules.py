import pytest

from duologue.platform.lake.rules import cleaned


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
    ],
)
def test_no_direct_identifier_enters(given, kept):
    assert cleaned(given) == kept
