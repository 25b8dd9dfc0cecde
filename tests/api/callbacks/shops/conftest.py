"""A workspace with two shops."""

import pytest

from duologue.people.consent.actions import save_purpose
from duologue.people.shops.actions import add_shop
from tests.api.callbacks.shops.hooks import SECRET


@pytest.fixture
def shop(workspace):
    save_purpose(workspace=workspace, name="promotions", title="Offers")
    add_shop(workspace=workspace, name="shopify", kind="shopify", secret=SECRET, purpose="promotions")
    add_shop(workspace=workspace, name="woo", kind="woocommerce", secret=SECRET)
    return workspace
