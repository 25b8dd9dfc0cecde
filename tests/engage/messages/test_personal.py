"""Export and erasing of what messages and test mailboxes hold."""

from duologue.engage.channels.models import KeptMail
from duologue.engage.channels.personal import KeptMailData
from duologue.engage.messages import actions, tasks
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.personal import DeliveryData


def test_export_and_erase(shop, person, delivery, now):
    ann, bob = person(1), person(2)
    actions.plan(workspace=shop, deliveries=[delivery(ann), delivery(bob)], now=now)
    tasks.send_due(shop, now)
    actions.plan(workspace=shop, deliveries=[delivery(ann)], now=now)

    assert [row["address"] for row in DeliveryData().export(workspace=shop, profiles=[ann])["deliveries"]] == ["p1@example.com", ""]
    [mail] = KeptMailData().export(workspace=shop, profiles=[ann])["kept_mail"]
    assert mail["to"] == "p1@example.com"

    assert KeptMailData().erase(workspace=shop, profiles=[ann], now=now) == 1
    assert DeliveryData().erase(workspace=shop, profiles=[ann], now=now) == 2
    assert list(KeptMail.within(shop).values_list("recipient", flat=True)) == ["p2@example.com"]
    assert sorted(Delivery.within(shop).filter(profile=ann).values_list("state", "reason", "address")) == [
        ("accepted", "", ""),
        ("withheld", "erased", ""),
    ]
    assert Delivery.within(shop).get(profile=bob).address == "p2@example.com"
