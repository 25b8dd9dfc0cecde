"""What the pages say about what people give to be shown, per language."""

from __future__ import annotations

from typing import Final

GIVEN_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "by_public": "to everybody",
        "given_confirm": "Before anything of yours is shown, we ask for your yes once more at your address.",
        "agree_ask_shows": "May we show what you gave us?",
        "given_photo": "The photo that was given",
        "given_here": "This came in with your address. If it is not yours, say no, and it is gone.",
        "photo_here": "Your photo is here. Choose another to put it in its place.",
        "photo_kinds": "JPEG, PNG or WebP, up to 15 MB. Place and time are taken out of it.",
        "not_a_photo": "This is no photo we can take: JPEG, PNG or WebP.",
        "photo_too_large": "This photo is too large. Up to 15 MB are taken.",
        "not_a_contact": "This is neither an e-mail address nor a telephone number.",
        "voices": "What people say",
        "voices_none": "Nobody has said anything here yet.",
        "voices_stars": "of five stars",
        "voices_photo": "A photo by",
        "voices_someone": "somebody",
        "gift_code": "Your code is",
        "gift_until": "until",
        "gift_points": "points are yours.",
    },
    "de": {
        "by_public": "für alle sichtbar",
        "given_confirm": "Bevor etwas von Ihnen gezeigt wird, bitten wir unter Ihrer Adresse noch einmal um Ihr Ja.",
        "agree_ask_shows": "Dürfen wir zeigen, was Sie uns gegeben haben?",
        "given_photo": "Das Foto, das gegeben wurde",
        "given_here": "Das kam mit Ihrer Adresse. Wenn es nicht von Ihnen ist, sagen Sie Nein, und es ist fort.",
        "photo_here": "Ihr Foto ist da. Wählen Sie ein anderes, um es zu ersetzen.",
        "photo_kinds": "JPEG, PNG oder WebP, bis 15 MB. Ort und Zeit werden daraus entfernt.",
        "not_a_photo": "Das ist kein Foto, das wir nehmen können: JPEG, PNG oder WebP.",
        "photo_too_large": "Dieses Foto ist zu groß. Wir nehmen bis zu 15 MB.",
        "not_a_contact": "Das ist weder eine E-Mail-Adresse noch eine Telefonnummer.",
        "voices": "Was andere sagen",
        "voices_none": "Hier hat noch niemand etwas gesagt.",
        "voices_stars": "von fünf Sternen",
        "voices_photo": "Ein Foto von",
        "voices_someone": "jemandem",
        "gift_code": "Ihr Code ist",
        "gift_until": "bis",
        "gift_points": "Punkte gehören Ihnen.",
    },
}
