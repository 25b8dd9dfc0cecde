"""Photos as cameras make them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def a_photo(width: int, height: int, kind: str = "JPEG", *, turned: bool = False) -> bytes:
    """Return a picture of evening colours: with a maker, a place, and, if `turned`, on its side."""
    image = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (image, image.point(lambda level: level // 2 + 40), image.point(lambda level: 140 - level // 3)))
    exif = Image.Exif()
    exif[MAKER] = "A camera of somebody's"
    exif[ORIENTATION] = 6 if turned else 1
    exif[GPS] = {1: "N", 2: (52.0, 22.0, 1.0)}
    out = BytesIO()
    picture.save(out, kind, **({"exif": exif} if kind != "PNG" else {}))
    return out.getvalue()
