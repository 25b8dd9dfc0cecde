"""Real far ends: a Postfix with TLS and logins, in front of a sink that keeps what it is given."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.email.wire import wire
from duologue.engage.channels.models import Relay
from duologue.platform.secrets.actions import put_secret
from tests.engage.messages.conftest import delivery, now, person, shop  # noqa: F401 - fixtures
from tests.posture.authority import Authority
from tests.posture.logins import Logins
from tests.posture.postfix import Postfix, Sink


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """An authority, its certificate for 127.0.0.1, and a password service that knows shop / correct horse."""
    authority = Authority()
    logins = Logins("shop", "correct horse")
    folder = tmp_path_factory.mktemp("certificate")
    yield SimpleNamespace(authority=authority, certificate=authority.certificate(folder), logins=logins)
    logins.close()


@dataclass
class Far:
    """A Postfix and the sink behind it."""

    relay: Postfix
    sink: Sink
    ground: SimpleNamespace

    def settings(self, **more):
        return {
            "host": "127.0.0.1",
            "port": self.relay.port,
            "security": "starttls",
            "ca": self.ground.authority.pem,
            "username": "shop",
            "password_secret": "relay",
            "connections": 5,
            "reply_within": 30,
            "reply_domain": "mail.shop.example",
            **more,
        }


@pytest.fixture(scope="module")
def far(ground):
    sink = Sink()
    relay = Postfix(certificate=ground.certificate, logins=ground.logins.port, sink=sink.port)
    yield Far(relay, sink, ground)
    relay.close()
    sink.close()


@pytest.fixture
def through(shop):  # noqa: F811
    """Let the shop send through a relay of these settings alone."""

    def use(settings, *, password="correct horse"):
        Relay.within(shop).delete()
        wire().close()  # of the tests before
        put_secret(shop, "relay", password)
        return save_relay(workspace=shop, name="main", kind="smtp", is_test=True, settings=settings)

    return use
