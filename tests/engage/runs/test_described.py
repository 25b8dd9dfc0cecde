"""What plan files say of placements and occasions is read by dialogues under way, and moves with them."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import named
from duologue.engage.channels.models import KeptMail
from duologue.engage.messages.actions import save_message
from duologue.engage.models import Run
from duologue.kit.yaml import Mistakes
from duologue.strategize.occasions.models import OccasionVersion
from duologue.strategize.occasions.queries import current
from duologue.strategize.placements.models import PlacementVersion

RADIO = b'placement: radio\nmedium: radio\noutlet: Capital   # at breakfast\ncodes: [RIBBON, "+44 20 7946 0018"]\n'
TASTING = b'occasion: tasting\ntitle: Six teas\nstarts_at: "2026-01-20 18:00"\nzone: Europe/London\nplace: Ludlow\n'
HEARD = """\
dialogue: heard
purpose: promotions
starts: {placement: radio}
turns:
  which: {branch: [{when: {placement.outlet: Capital}, then: hello}, {otherwise: end}]}
  hello: {say: hello, then: end}
"""
EVENING = """\
dialogue: evening
purpose: promotions
starts: {event: Place Booked}
turns:
  eve: {wait: {until: occasion.starts_at, before: 1d, at: "10:00", clock: occasion.zone}, then: remind}
  remind: {say: seat, window: always, then: end}
"""


def put(shop, **files):
    texts = [named(f"{path.replace('__', '/')}.yaml", content) for path, content in files.items()]
    return apply_files(workspace=shop.workspace, files=texts, now=shop.now)


def test_a_code_of_a_placement_starts_what_it_starts_and_its_file_is_read(shop):
    by_code, by_phone, elsewhere = shop.add_people(3)
    put(shop, placements__radio=RADIO)
    shop.dialogue(HEARD)
    shop.happen("Code Scanned", [by_code], {"code": "rib-bon"})
    shop.happen("Number Called", [by_phone], {"number": "+442079460018"})
    shop.happen("Code Scanned", [elsewhere], {"code": "POSTER"})
    shop.turn()
    assert {run.person: run.data["start"]["placement"] for run in Run.within(shop.workspace)} == {by_code: "radio", by_phone: "radio"}
    assert shop.states() == {"accepted": 2}


def test_who_waits_for_an_occasion_waits_for_its_new_date(shop):
    (one,) = shop.add_people(1)
    body = "See you in {{ occasion.place }} for {{ occasion.title }}."
    source = {
        "message": "seat",
        "fallback": {"occasion.place": "town", "occasion.title": "it"},
        "email": {"subject": "Hello", "body": body},
    }
    save_message(workspace=shop.workspace, name="seat", source=source, now=shop.now)
    put(shop, occasions__tasting=TASTING)
    shop.dialogue(EVENING)
    shop.happen("Place Booked", [one], {"occasion": "tasting", "place": "somewhere"})
    shop.turn()
    assert shop.run(one).wake_at == datetime(2026, 1, 19, 10, tzinfo=UTC)
    shop.advance(days=1)
    put(shop, occasions__tasting=TASTING.replace(b"01-20", b"01-12"))
    shop.turn()
    assert shop.run(one).wake_at == datetime(2026, 1, 11, 10, tzinfo=UTC)
    assert current(shop.workspace, "tasting").number == 2
    shop.advance(days=6)
    said = message_from_bytes(bytes(KeptMail.within(shop.workspace).get().content), policy=default)
    assert "See you in Ludlow for Six teas." in said.get_body(("plain",)).get_content()


def test_both_are_kept_in_versions_and_written_back_byte_for_byte(shop):
    files = {"placements__radio": RADIO, "occasions__tasting": TASTING}
    assert [change.says for change in put(shop, **files).changes] == ["placement radio, version 1", "occasion tasting, version 1"]
    put(shop, **files | {"placements__radio": RADIO.replace(b"Capital", b"Heart")})
    assert (PlacementVersion.within(shop.workspace).count(), OccasionVersion.within(shop.workspace).count()) == (2, 1)
    described = {path: text for path, text in files_in_force(shop.workspace).items() if path.startswith(("occasions/", "placements/"))}
    assert described == {
        "occasions/tasting.yaml": TASTING,
        "placements/radio.yaml": RADIO.replace(b"Capital", b"Heart"),
    }
    with pytest.raises(Mistakes, match=r"placements/poster\.yaml:3: The code 'Ribbon' belongs to the placement radio"):
        put(shop, placements__poster=b"placement: poster\nmedium: poster\ncodes: [Ribbon]\n")


def test_what_is_named_and_not_described_is_warned_of(shop):
    listens = HEARD.replace("{say: hello, then: end}", "{say: hello, listen: [{attended: fair, then: end}, {silence: 3d, then: end}]}")
    source = b"message: hello\nemail: {subject: Hi, body: Hi}\n"
    outcome = put(shop, dialogues__heard=listens.encode(), messages__hello=source)
    assert outcome.warnings == [
        "dialogues/heard.yaml: it is started by the placement radio, which is not described.",
        "dialogues/heard.yaml: it listens for the occasion fair, which is not described.",
    ]
