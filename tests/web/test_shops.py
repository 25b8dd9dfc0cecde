"""Shops on screen: added with the secret they sign with, which is never shown, changed, and forgotten."""

from django.urls import reverse

from duologue.people.consent.actions import save_purpose
from duologue.people.shops.queries import shop, shops
from duologue.platform.audit.models import AuditEntry


def kept(workspace):
    one = shop(workspace, "shopify")
    return one.secret, one.purpose, one.currency


def test_one_is_added_changed_and_forgotten(workspace, owner):
    save_purpose(workspace=workspace, name="promotions", title="Our offers")
    save_purpose(workspace=workspace, name="bookings", title="Bookings", basis="contract")
    page, add = reverse("setup:shops", args=[workspace.name]), reverse("setup:new-shop", args=[workspace.name])

    def answer(**fields):
        return owner.post(add, fields, follow=True).text

    empty = owner.get(page).text
    assert ("No shop tells us anything yet" in empty, "Our offers" in empty, "Bookings" in empty) == (True, True, False)
    shown = answer(kind="shopify", secret="a secret of theirs", purpose="promotions")
    assert f"http://127.0.0.1:8000/hooks/{workspace.name}/shopify" in shown
    assert ("counts for promotions" in shown, "a secret of theirs" in shown) == (True, False)
    assert shop(workspace, "shopify").secret == "a secret of theirs"
    assert "is no currency" in answer(kind="shopify", secret="another secret", currency="euro")
    assert "prices in EUR" in answer(kind="shopify", secret="another secret", currency="eur")
    assert "shopify is changed" in answer(kind="shopify", secret="a third secret", purpose="", currency="")
    assert kept(workspace) == ("a third secret", "promotions", "EUR")
    answer(kind="shopify", secret=" ", purpose="-", currency="usd")
    assert kept(workspace) == ("a third secret", "", "USD")
    assert "of another kind" in answer(kind="woocommerce", name="shopify", secret="another secret")
    assert "at least 8 characters" in answer(kind="woocommerce", secret="short")
    assert "at least 8 characters" in answer(kind="woocommerce", name="new", secret="")
    assert "no kind of shop" in answer(kind="", name="pigeon", secret="another secret")
    assert "no name for a shop" in answer(kind="woocommerce", name="A b", secret="another secret")
    assert "tells of no marketing consent" in answer(kind="woocommerce", secret="another secret", purpose="promotions")
    assert "tells of no consent" in answer(kind="woocommerce", name="kiln", secret="another secret")
    settings = owner.get(reverse("setup:setup", args=[workspace.name])).text
    assert settings.count(f'href="{page}"') == 2
    forget = reverse("setup:forget-shop", args=[workspace.name, "kiln"])
    assert "Nothing more is taken from kiln" in owner.post(forget, follow=True).text
    assert set(shops(workspace)) == {"shopify"}
    assert owner.post(forget).status_code == 404
    assert list(AuditEntry.objects.filter(workspace=workspace).order_by("pk").values_list("action", "subject")) == [
        ("add shop", "shopify"), *[("change shop", "shopify")] * 3, ("add shop", "kiln"), ("forget shop", "kiln"),
    ]  # fmt: skip
