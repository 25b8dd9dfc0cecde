"""Whose address a request comes from, and which proxies are believed."""

import pytest
from django.test import RequestFactory

from duologue import environment
from duologue.web.whence import address_of


def networks(monkeypatch, value):
    monkeypatch.setenv("DUOLOGUE_TRUSTED_PROXIES", value)
    return environment.networks("DUOLOGUE_TRUSTED_PROXIES", [])


@pytest.mark.parametrize(
    ("trusted", "peer", "named", "address"),
    [
        ("", "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("", "172.18.0.2", "203.0.113.9", "172.18.0.2"),  # nobody we know: anybody may write that header
        ("172.16.0.0/12", "172.18.0.2", "203.0.113.9", "203.0.113.9"),
        ("172.16.0.0/12", "::ffff:172.18.0.2", "203.0.113.9", "203.0.113.9"),
        ("172.16.0.0/12", "127.0.0.1", "203.0.113.9", "127.0.0.1"),  # what is set stands in place of the default
        ("172.16.0.0/12, 10.0.0.7", "172.18.0.2", "198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("172.16.0.0/12", "172.18.0.2", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the visitor wrote the first
        ("", "127.0.0.1", "203.0.113.9:5678", "203.0.113.9"),
        ("", "127.0.0.1", "[2001:db8::1]:5678", "2001:db8::1"),
        ("", "127.0.0.1", "unknown", "127.0.0.1"),
        ("", "127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_whose_request_it_is(settings, monkeypatch, trusted, peer, named, address):
    if trusted:
        settings.TRUSTED_PROXIES = networks(monkeypatch, trusted)
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **({"HTTP_X_FORWARDED_FOR": named} if named else {}))
    assert address_of(request) == address


@pytest.mark.parametrize("value", ["10.0.0.5/8", "proxy.example", "10.0.0.7, 300.1.1.1", "0.0.0.0/0", "::/0"])
def test_what_is_no_network_or_everybody_stops_the_start(monkeypatch, value):
    with pytest.raises(environment.SettingRefused, match=r"^DUOLOGUE_TRUSTED_PROXIES has "):
        networks(monkeypatch, value)
