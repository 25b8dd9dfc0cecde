"""Browsers are told to stay with TLS where people reach the installation by it."""

import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("behind", [True, False])
def test_browsers_are_told_to_stay_with_tls(client, settings, behind):
    settings.SECURE_BEHIND_TLS = behind
    # the proxy that ends TLS asks by plain HTTP
    assert client.get("/accounts/login/").headers.get("Strict-Transport-Security") == ("max-age=31536000" if behind else None)
