import pytest

from duologue.brand.book.actions import save_book
from duologue.brand.book.rules import read_book
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.email.actions import make_dkim_key
from duologue.engage.channels.email.domains import asking
from duologue.engage.channels.email.domains.asking import ask_about
from duologue.engage.channels.email.domains.queries import check, domain_of, verdicts
from duologue.engage.channels.email.domains.rules.words import Sending, is_reserved
from duologue.platform.database.clock import database_now
from tests.engage.channels.domains.names import serving

KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + "x" * 340
SENDING = Sending("ribbon.shop", ("ribbon.shop",), ("smtp.mailgun.org",), "duologue", KEY)
ZONE = {
    "ribbon.shop TXT": ["some other text", "v=spf1 include:mailgun.org ~all"],
    "mailgun.org TXT": ["v=spf1 ip4:192.0.2.0/24 ~all"],
    "ribbon.shop MX": ["10 mx.ribbon.shop."],
    "duologue._domainkey.ribbon.shop TXT": [f"v=DKIM1; k=rsa; p={KEY}"],
    "_dmarc.ribbon.shop TXT": ["v=DMARC1; p=quarantine; rua=mailto:ada@ribbon.shop"],
}


def say(zone, sending=SENDING):
    with serving(zone) as server:
        return verdicts(sending, ask_about(sending, server))


def test_a_domain_in_order_is_said_to_be():
    found = say(ZONE)
    assert [(one.record, one.well) for one in found] == [("SPF", "yes"), ("DKIM", "yes"), ("DMARC", "yes"), ("MX", "yes")]


@pytest.mark.parametrize(
    ("change", "record", "says", "wanted"),
    [
        ({"ribbon.shop TXT": ["v=spf1 mx ~all", "v=spf1 include:mailgun.org -all"]}, "SPF", "There are two SPF records at ribbon.shop",
         "v=spf1 include:mailgun.org mx ~all"),
        ({"ribbon.shop TXT": []}, "SPF", "ribbon.shop has no SPF record", "v=spf1 include:mailgun.org ~all"),
        ({"ribbon.shop TXT": ["v=spf1 mx -all"]}, "SPF", "does not let your relay send: include:mailgun.org is missing",
         "v=spf1 mx include:mailgun.org -all"),
        ({"ribbon.shop TXT": ["v=spf1 include:mailgun.org +all"]}, "SPF", "anybody in the world may send", "v=spf1 include:mailgun.org ~all"),
        ({"ribbon.shop TXT": ["v=spf1 include:mailgun.org"]}, "SPF", "does not say what to think of mail from elsewhere", None),
        ({"ribbon.shop TXT": ["v=spf1 includes:mailgun.org include:mailgun.org ~all"]}, "SPF", "holds “includes:mailgun.org”", None),
        ({"ribbon.shop TXT": ["v=spf1 include:gone.shop include:mailgun.org ~all"]}, "SPF", "includes gone.shop, which has no SPF", None),
        ({"ribbon.shop TXT": [f"v=spf1 {' '.join(f'a:h{n}.ribbon.shop' for n in range(10))} include:mailgun.org ~all"]}, "SPF",
         "needs 11 look-ups; receivers stop after 10", None),
        ({"duologue._domainkey.ribbon.shop TXT": []}, "DKIM", "There is no DKIM key at duologue._domainkey.ribbon.shop", f"v=DKIM1; k=rsa; p={KEY}"),
        ({"duologue._domainkey.ribbon.shop TXT": ["v=DKIM1; p="]}, "DKIM", "is withdrawn", None),
        ({"duologue._domainkey.ribbon.shop TXT": [f"v=DKIM1; p={KEY[:200]}"]}, "DKIM", "is cut off", None),
        ({"duologue._domainkey.ribbon.shop TXT": ["v=DKIM1; p=abc"]}, "DKIM", "is not the one that signs", None),
        ({"duologue._domainkey.ribbon.shop TXT": [f"v=DKIM1; p={KEY}", "v=DKIM1; p=abc"]}, "DKIM", "There are 2 DKIM keys", None),
        ({"duologue._domainkey.ribbon.shop TXT": [f"v=DKIM1; t=y; p={KEY}"]}, "DKIM", "marked as a test", None),
        ({"_dmarc.ribbon.shop TXT": []}, "DMARC", "has no DMARC record", "v=DMARC1; p=none; rua=mailto:dmarc@ribbon.shop"),
        ({"_dmarc.ribbon.shop TXT": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "DMARC", "There are 2 DMARC records", None),
        ({"_dmarc.ribbon.shop TXT": ["v=DMARC1; p=strict"]}, "DMARC", "says p=strict, which no receiver understands", None),
        ({"_dmarc.ribbon.shop TXT": ["v=DMARC1; p=none; rua=mailto:a@b.shop"]}, "DMARC", "only watches", None),
        ({"_dmarc.ribbon.shop TXT": ["v=DMARC1; p=reject"]}, "DMARC", "asks for no reports", None),
        ({"ribbon.shop MX": []}, "MX", "has no MX record", None),
        ({"ribbon.shop MX": ["0 ."]}, "MX", "says that it takes no mail", None),
        ({"ribbon.shop MX": ["FAILS"]}, "MX", "give no answer: their zone may be broken", None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_do(change, record, says, wanted):
    (one, *_) = [one for one in say({**ZONE, **change}) if one.record == record]
    assert says in one.says
    assert one.do
    assert one.well != "yes"
    assert wanted in {None, one.wanted}


def test_a_relay_of_ones_own_may_be_let_in_by_name_address_network_or_include():
    own = Sending("ribbon.shop", ("ribbon.shop",), ("mail.ribbon.shop",))
    host = {"mail.ribbon.shop A": ["192.0.2.7"], "inner.shop TXT": ["v=spf1 ip4:192.0.2.7 -all"], "ribbon.shop MX": ["5 mail.ribbon.shop."]}
    for record in ("a:mail.ribbon.shop", "mx", "ip4:192.0.2.0/24", "include:inner.shop"):
        found = say({**ZONE, **host, "ribbon.shop TXT": [f"v=spf1 {record} -all"]}, own)
        assert found[0].says == "The SPF record of ribbon.shop is in order.", record
    refused = say({**ZONE, **host, "ribbon.shop TXT": ["v=spf1 ip4:198.51.100.0/24 -all"]}, own)[0]
    assert refused.wanted == "v=spf1 ip4:198.51.100.0/24 a:mail.ribbon.shop -all"


def test_a_policy_above_the_domain_counts():
    letters = Sending("letters.ribbon.shop", ("letters.ribbon.shop",), ("smtp.mailgun.org",))
    assert [one.well for one in say(ZONE, letters) if one.record == "DMARC"] == ["yes"]


def test_who_does_not_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(asking, "ONE", 0.05)
    found = {one.record: one for one in say({**ZONE, "ribbon.shop TXT": ["SILENT"]})}
    assert (found["SPF"].well, found["SPF"].says) == ("beware", "The DNS did not answer for ribbon.shop in time.")
    assert found["DMARC"].well == "yes"


def test_a_workspace_has_the_domain_of_its_sender(workspace, settings):
    now = database_now()
    assert domain_of(workspace) is None
    book = "name: R\nsenders: {email: {address: ada@DOMAIN}}\nfooter: 12 Lamb Street\n"
    save_book(workspace=workspace, book=read_book(book.replace("DOMAIN", "ribbon.example")), now=now)
    assert check(domain_of(workspace)).verdicts == []
    assert is_reserved("ribbon.example")
    save_book(workspace=workspace, book=read_book(book.replace("DOMAIN", "ribbon.shop")), now=now)
    assert "duologue secret dkim ribbon.shop" in next(one.do for one in domain_of(workspace).verdicts if one.record == "DKIM")
    _, record = make_dkim_key(workspace=workspace, domain="ribbon.shop")
    given = {"host": "smtp.mailgun.org", "reply_domain": "back.ribbon.shop"}
    save_relay(workspace=workspace, name="main", kind="smtp", channel="email", settings=given)
    domain = domain_of(workspace)
    assert (domain.leaves, domain.sending.back, domain.sending.relays) == (True, ("back.ribbon.shop",), ("smtp.mailgun.org",))
    zone = {**ZONE, "duologue._domainkey.ribbon.shop TXT": [record], "back.ribbon.shop TXT": ZONE["ribbon.shop TXT"]}
    with serving(zone) as settings.DNS:
        assert [(one.record, one.well) for one in check(domain).verdicts] == [
            ("SPF", "yes"), ("DKIM", "yes"), ("DMARC", "yes"), ("MX", "no"),
        ]  # fmt: skip
