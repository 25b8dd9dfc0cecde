"""Sites in full: several forms, several languages, one's own link, questions bit by bit, and the brand's own host."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client

from duologue.brand.book.models import BookVersion
from duologue.cli.commands import doctor
from duologue.engage.channels.actions import save_relay
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages.actions import NewDelivery, plan, save_message
from duologue.engage.messages.links import link_targets
from duologue.engage.messages.models import Delivery
from duologue.engage.messages.tasks import send_due
from duologue.engage.sites.actions import save_site
from duologue.engage.sites.models import Site
from duologue.kit.pipeline import Refused
from duologue.people.consent.actions import NewStatement, save_purpose, state
from duologue.people.consent.models import ConsentStatement
from duologue.people.identifiers.actions import attach_unknown
from duologue.people.identifiers.queries import find
from duologue.people.intake.tasks import process
from duologue.people.models import Event, Fact
from duologue.people.privacy.actions import erase
from duologue.people.profiles.actions import NewFact, add, learn
from duologue.people.profiles.queries import people
from duologue.platform.secrets.signing import sign
from duologue.platform.workspaces.actions import create_workspace
from duologue.platform.workspaces.hosts import set_hosts
from duologue.strategize.dialogues.rules.survey import read_survey
from duologue.strategize.dialogues.surveys import save_survey
from duologue.strategize.offers.actions import save_offer
from duologue.strategize.offers.rules import read_offer
from duologue.web.public import machines
from tests.web.seed import staff_for

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SITE = """
site: tea
title: "Tea for {{ person.first_name }}"
text: "Welcome, *{{ person.first_name }}*."
blocks:
  - {picture: "https://shop.example/tea.jpg", says: A cup of tea}
  - {form: letter}
  - {quote: Best tea., by: Ada}
forms:
  letter: {asks: [email, first_name], survey: taste, consent: {newsletter: Yes please}, confirm: false, thanks: "Done, {{ person.first_name }}."}
  advice: {asks: [phone, city], thanks: We ring you.}
fallback: {person.first_name: friend}
locales:
  de: {title: Tee, text: Willkommen., forms: {letter: {consent: {newsletter: Ja bitte}, button: Anmelden}}}
embed: [https://shop.example]
"""
SURVEY = """
survey: taste
at_once: 2
in_return: taster
questions:
  likes: {ask: What do you drink?, why: To send what you like, kind: one, options: [green, black], fills: {fact: drinks, purposes: [newsletter]}}
  cups: {ask: How many cups?, kind: number, fills: {fact: cups}}
  offers: {ask: May we send offers?, kind: one, options: ["yes", "no"], fills: {consent: promotions}}
  more: {ask: What else?, kind: text}
locales:
  de: {questions: {likes: {ask: Was trinken Sie?, options: {green: grünen}}}}
"""


@pytest.fixture
def tea(workspace):
    for name in ("newsletter", "promotions"):
        save_purpose(workspace=workspace, name=name, title=name)
    save_offer(workspace=workspace, offer=read_offer("offer: taster\nkind: gift\nworth: 5 GBP\nsays: Three small bags.\n"), now=NOW)
    save_survey(workspace=workspace, survey=read_survey(SURVEY), now=NOW)
    save_site(workspace=workspace, source=SITE, now=NOW)
    machines._seen.clear()
    return workspace


@pytest.fixture
def ann(tea):
    """Ann is known: her link leads to a page of her own."""
    profile = add(workspace=tea, seen_at=[NOW])[0]
    attach_unknown(workspace=tea, identifiers=[("email", "ann@example.com", profile, "ann@example.com")], now=NOW)
    known = {"first_name": "<Ann>", "drinks": "green", "locale": "en"}
    learn(workspace=tea, facts=[NewFact(profile, key, value, "form", NOW) for key, value in known.items()], now=NOW)
    said = [NewStatement(profile, "email", "newsletter", "granted", NOW, "form")]
    state(workspace=tea, statements=said, now=NOW)
    return profile


@pytest.fixture
def letter(tea, ann):
    """A letter on its way to Ann that links to her page; returns its HTML and its delivery."""
    save_relay(workspace=tea, name="mailbox", kind="mailbox", is_test=True)
    body = "Dear {{ person.first_name }}, [your page]({{ site.tea }}) and [the shop](https://shop.example)."
    save_message(workspace=tea, name="hello", source={"subject": "Hello", "body": body, "fallback": {"person.first_name": "you"}}, now=NOW)
    plan(workspace=tea, deliveries=[to(ann)], now=NOW)
    assert send_due(tea, NOW) == 1
    mail = message_from_bytes(bytes(KeptMail.within(tea).get().content), policy=policy.default)
    return mail.get_body(("html",)).get_content(), Delivery.within(tea).get()


def to(person, **more):
    """Return a letter to plan."""
    return NewDelivery(person, person, 0, "email", "newsletter", NOW, NOW + timedelta(days=3), **{"message": "hello", **more})


def page_of(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    assert not answer.cookies
    assert len(answer.content) < 50_000
    return answer.content.decode()


def form(which, **fields):
    return {"which": which, **fields}


def post(client, address, fields):
    return client.post(address, fields, headers={"Origin": "https://shop.example"})


def test_a_page_holds_its_blocks_and_forms_in_their_order_and_each_is_taken_alone(client, tea):
    page = page_of(client, "/at/shop/tea")
    marks = ["<h1>Tea for friend", "A cup of tea", 'id="letter"', "Best tea.", "Ada", 'id="advice"']
    assert [page.index(mark) for mark in marks] == sorted(page.index(mark) for mark in marks)
    assert len(ids := re.findall(r' id="([^"]+)"', page)) == len(set(ids))
    answer = post(client, "/at/shop/tea", form("advice", phone="+44 20 7183 8750", city="Bath"))
    assert (answer.status_code, answer["Location"]) == (303, "/at/shop/tea?sent=advice")
    thanked = page_of(client, answer["Location"])
    assert ("We ring you." in thanked, 'name="email"' in thanked) == (True, True)
    assert post(client, "/at/shop/tea", {"phone": "+44 20 7183 8750"}).status_code == 404
    wrong = post(client, "/at/shop/tea", form("letter", email="no")).content.decode()
    assert wrong.count('class="fault"') == 1
    process(workspace=tea, now=NOW)
    told = Event.within(tea).get(name="Form Sent").properties
    assert (told["form"], told["asked"]) == ("advice", [])


def test_a_page_is_shown_in_the_readers_language_with_the_others_to_choose(client, tea):
    german = page_of(client, "/at/shop/tea", accept_language="de-AT, en;q=0.5")
    assert '<html lang="de">' in german
    assert all(
        said in german for said in ("<h1>Tee</h1>", "Willkommen.", "Ja bitte", "Anmelden", "Was trinken Sie?", "grünen", "Warum wir fragen")
    )
    assert 'hreflang="en" href="http://127.0.0.1:8000/at/shop/tea?in=en"' in german
    assert "<h1>Tea for friend</h1>" in page_of(client, "/at/shop/tea?in=en", accept_language="de")
    assert "Accept-Language" in client.get("/at/shop/tea")["Vary"]
    sent = post(client, "/at/shop/tea?in=de", form("letter", **{"email": "bo@example.com", "consent-newsletter": "yes"}))
    assert sent["Location"] == "/at/shop/tea?sent=letter&in=de"
    process(workspace=tea, now=NOW)
    assert ConsentStatement.within(tea).get().wording == "Ja bitte"


def test_answers_become_facts_for_their_purposes_and_consents_in_the_words_of_the_question(client, tea):
    page = page_of(client, "/at/shop/tea")
    assert "In return: A gift, worth £5.00. Three small bags." in page
    assert "To send what you like" in page
    assert ("How many cups?" in page, "May we send offers?" in page) == (True, False)
    fields = form("letter", email="ann@example.com", likes="green", cups="3", offers="yes", shown=["likes", "offers"])
    assert post(client, "/at/shop/tea", fields).status_code == 303
    process(workspace=tea, now=NOW)
    ann = find(tea, "email", "ann@example.com")
    known = {fact.key: (fact.value, fact.purposes) for fact in Fact.within(tea).filter(profile_id=ann)}
    assert known == {"drinks": ("green", ["newsletter"])}
    said = ConsentStatement.within(tea).get()
    assert (said.purpose, said.state, said.wording) == ("promotions", "granted", "May we send offers?")
    assert Event.within(tea).get(name="Form Sent").properties["asked"] == ["promotions"]


def test_a_link_of_ones_own_fills_in_what_is_known_and_asks_only_for_the_rest(client, tea, letter):
    html, delivery = letter
    link = sign("page", tea.pk, delivery.pk)
    assert "/l/" in html
    clicks = re.findall(r'href="([^"]*/l/[^"]+)"', html)
    assert link_targets(tea, [(delivery.pk, 1)])[delivery.pk, 1].url.startswith(f"http://127.0.0.1:8000/at/shop/tea/for/{link}")
    assert len(clicks) == 2
    page = page_of(client, f"/at/shop/tea/for/{link}")
    assert "<h1>Tea for &lt;Ann&gt;</h1>" in page
    assert "noindex" in page
    assert 'name="email"' not in page
    assert ("What do you drink?" in page, "How many cups?" in page, "May we send offers?" in page) == (False, True, True)
    fields = form("letter", cups="4", offers="no", shown=["cups", "offers"])
    assert post(client, f"/at/shop/tea/for/{link}", fields).status_code == 303
    process(workspace=tea, now=NOW)
    ann = delivery.person
    assert people(tea, [ann])[ann].facts["cups"] == 4
    again = page_of(client, f"/at/shop/tea/for/{link}")
    assert ("How many cups?" in again, "What else?" in again) == (False, True)
    other = create_workspace(name="other")
    assert client.get(f"/at/shop/tea/for/{sign('page', other.pk, delivery.pk)}").status_code == 404
    assert client.get("/at/shop/tea/for/forged").status_code == 404


def test_a_survey_asks_bit_by_bit_in_the_persons_language_and_never_what_is_known(client, tea, letter):
    ann = letter[1].person
    learn(workspace=tea, facts=[NewFact(ann, "locale", "de-AT", "form", NOW)], now=NOW)
    [asked] = plan(workspace=tea, deliveries=[to(ann, message=None, survey="taste")], now=NOW)
    link = f"/s/{sign('page', tea.pk, asked)}"
    first = page_of(client, link)
    assert ("Was trinken Sie?" in first, "How many cups?" in first, "What else?" in first) == (False, True, False)
    assert "Dafür bekommen Sie: Ein Geschenk im Wert von 5,00\xa0£. Three small bags." in first
    thanked = client.post(link, {"cups": "2", "offers": "yes", "shown": ["cups", "offers"]}).content.decode()
    assert "Noch ein paar Fragen beantworten" in thanked
    second = page_of(client, link)
    assert ("How many cups?" in second, "What else?" in second) == (False, True)
    assert "Noch ein paar" not in client.post(link, {"more": "Mehr!", "shown": ["more"]}).content.decode()
    assert "Mehr möchten wir nicht wissen." in page_of(client, link)
    assert "sobald Sie Ja sagen" in thanked  # the letter may have been passed on
    assert not ConsentStatement.within(tea).filter(purpose="promotions").exists()
    assert people(tea, [ann])[ann].facts["cups"] == 2


def draft(client, name, text, what):
    where = f"/shop/engage/sites/{name}/draft"
    return client.post(where, {"text": text, "what": what, "known": client.get(where).context["known"]})


def test_only_who_may_publish_publishes_and_a_draft_may_be_dropped(tea):
    for role, keep, publish in (("guest", 403, 403), ("editor", 302, 302)):
        client = Client()
        client.force_login(staff_for(tea, role, f"{role}@shop.example"), backend="allauth.account.auth_backends.AuthenticationBackend")
        answers = [draft(client, "tea", SITE, what).status_code for what in ("keep", "publish")]
        assert answers == [keep, publish]
        assert client.get("/shop/engage/sites/tea/look/1").status_code == 200
    client.post("/shop/engage/sites/new", {"name": "Next one"})
    assert Site.within(tea).get(name="next-one").draft.startswith("site: next-one\n")
    assert draft(client, "next-one", " ", "keep")["Location"] == "/shop/engage/sites"
    assert not Site.within(tea).filter(name="next-one").exists()
    assert client.post("/shop/engage/sites/new", {"name": "!"}, follow=True).content.decode().count("cannot be called") == 1


def test_a_letter_in_the_browser_says_what_left_whatever_has_changed_since_and_goes_with_its_person(client, tea, letter):
    html, delivery = letter
    link = sign("page", tea.pk, delivery.pk)
    assert f"/v/{link}" in html
    learn(workspace=tea, facts=[NewFact(delivery.person, "first_name", "Zoe", "form", NOW)], now=NOW)
    BookVersion._rows.create(workspace=tea, number=1, data={"name": "Other name"}, since=NOW)
    answer = client.get(f"/v/{link}")
    shown = answer.content.decode()
    pixel = re.search(r"<img [^>]*/o/[^>]*>", html)[0]
    assert shown == html.replace(pixel, "").replace("\r\n", "\n")
    assert ("/o/" in shown, answer["X-Robots-Tag"]) == (False, "noindex, nofollow")
    erase(workspace=tea, person=delivery.person, now=NOW)
    assert client.get(f"/v/{link}").status_code == 404
    assert Delivery.within(tea).get(pk=delivery.pk).said == ""


def test_a_brands_own_host_shows_its_pages_and_nobody_elses(tea, letter, monkeypatch):
    set_hosts(workspace=tea, hosts={"tea.example": "tea"})
    own, strange, ours = (Client(headers={"host": host}) for host in ("tea.example:8000", "evil.example", "localhost"))
    page = page_of(own, "/")
    assert '<link rel="canonical" href="http://tea.example:8000/tea">' in page
    assert '<link rel="canonical" href="http://tea.example:8000/tea">' in page_of(ours, "/at/shop/tea")
    link = sign("page", tea.pk, letter[1].pk)
    assert [own.get(where).status_code for where in ("/tea", f"/tea/for/{link}", f"/p/{link}", f"/v/{link}", "/at/shop/tea")] == [200] * 5
    assert post(own, "/tea", form("advice", phone="+44 20 7183 8750"))["Location"] == "/tea?sent=advice"
    create_workspace(name="other")
    assert [own.get(where).status_code for where in ("/accounts/login/", "/shop/", "/at/other/tea", "/nothing")] == [404] * 4
    monkeypatch.setattr(doctor, "LOOK_UP", 0.0)
    [found] = doctor._hosts()
    assert (found.well, "its name leads nowhere" in found.sentence) == ("beware", True)
    other = create_workspace(name="third")
    save_site(workspace=other, source="site: tea\ntitle: Other\n", now=NOW)
    assert own.get("/at/third/tea").status_code == 404
    assert strange.get("/").status_code == strange.get("/at/shop/tea").status_code == 421
    for host, says in (("tea.example", "another workspace"), ("127.0.0.1", "of this installation itself"), ("Tea.example", "no host")):
        with pytest.raises(Refused, match=says):
            set_hosts(workspace=other, hosts={host: ""})
    plan(workspace=tea, deliveries=[to(letter[1].person)], now=NOW)
    send_due(tea, NOW)
    assert b"http://tea.example:8000/u/" in bytes(KeptMail.within(tea).order_by("-pk").first().content)
    set_hosts(workspace=tea, hosts={})
    assert own.get("/").status_code == 421
