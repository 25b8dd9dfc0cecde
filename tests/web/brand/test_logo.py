"""The logo: handed in with the plans or on screen, drawn anew, shown on pages for people from here alone."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from duologue.brand.book.queries import logo
from duologue.cli.plans.applying import apply_files, files_in_force
from duologue.cli.plans.folder import PlanText
from duologue.engage.messages.surroundings import surroundings
from duologue.engage.sites.actions import save_site
from duologue.kit.yaml import Mistakes
from duologue.platform.audit.models import AuditEntry
from duologue.platform.workspaces.queries import now

BOOK = b"name: Ribbon & Pine\nlook: {logo: logo.png, logo_dark: logo-dark.png}\nfooter: 12 Lamb Street\n"


def a_logo(width=900, height=200, kind="PNG", **more):
    out = BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", (width, height), (20, 80, 60, 128)[: 4 if kind == "PNG" else 3]).save(out, kind, **more)
    return out.getvalue()


def files(**given):
    return [PlanText(path, kind, path, content) for path, kind, content in given.values()]


def test_it_comes_with_the_plans_and_goes_back_as_it_came(workspace, client):
    light, dark, book = ("logo.png", "logo", a_logo()), ("logo-dark.png", "logo", a_logo(100, 50)), ("brand.yaml", "brand", BOOK)
    with pytest.raises(Mistakes, match=r"brand\.yaml:2: There is no logo-dark\.png"):
        apply_files(workspace=workspace, files=files(light=light, book=book), now=now(workspace))
    done = apply_files(workspace=workspace, files=files(book=book, light=light, dark=dark), now=now(workspace))
    assert [one.says for one in done.changes][:2] == ["logo, 100 by 50 pixels", "logo, 640 by 142 pixels"]
    assert {path: files_in_force(workspace)[path] for path in ("logo.png", "logo-dark.png", "brand.yaml")} == {
        "logo.png": light[2], "logo-dark.png": dark[2], "brand.yaml": BOOK,
    }  # fmt: skip
    save_site(workspace=workspace, source="site: hi\ntitle: Hello\nasks: []\n", now=now(workspace))
    page = client.get("/at/shop/hi").content.decode()
    assert '<source srcset="/at/shop/look/logo-dark.png" media="(prefers-color-scheme: dark)">' in page
    assert '<img src="/at/shop/look/logo.png" alt="Ribbon &amp; Pine">' in page
    answer = client.get("/at/shop/look/logo.png")
    shown = Image.open(BytesIO(answer.content))
    assert (answer["content-type"], shown.format, shown.size, shown.getpixel((0, 0))[3]) == ("image/png", "PNG", (640, 142), 128)
    assert client.get("/at/shop/look/logo.png", headers={"If-None-Match": answer["etag"]}).status_code == 304
    assert [client.get(f"/at/{where}").status_code for where in ("shop/look/other.png", "moon/look/logo.png")] == [404, 404]
    assert surroundings(workspace).look.logo == "http://127.0.0.1:8000/at/shop/look/logo.png"


def test_it_is_added_on_screen_and_an_address_of_elsewhere_is_for_letters_alone(workspace, owner, client):
    page, add = reverse("brand:book", args=["shop"]), reverse("brand:add-logo", args=["shop"])

    def upload(raw, name="logo.png"):
        return owner.post(add, {"name": name, "file": SimpleUploadedFile("x.svg", raw)}, follow=True).content.decode()

    for raw, why in ((b"<svg/>", "is no picture"), (b"", "is no picture"), (b"\x89PNG" * 600_000, "up to 2 MB")):
        assert why in upload(raw)
    assert "A logo is called" in upload(a_logo(), "../logo.png")
    text = reverse("brand:book-text", args=["shop"])

    def put(source):
        return owner.post(text, {"source": source, "known": owner.get(text).context["known"]})

    assert "There is no such logo" in put(BOOK.decode()).content.decode()
    assert "write under look in the brand book: logo: logo.png" in upload(a_logo(90, 40, "JPEG", exif=b"Exif\0\0somewhere"))
    assert b"somewhere" not in bytes(logo(workspace, "logo.png").content)
    source = BOOK.decode().replace(", logo_dark: logo-dark.png", "")
    put(source)
    assert "It is shown from now on." in upload(a_logo(90, 40))
    assert "/at/shop/look/logo.png" in owner.get(page).content.decode()
    assert files_in_force(workspace)["logo.png"] == a_logo(90, 40)
    save_site(workspace=workspace, source="site: hi\ntitle: Hello\nasks: []\n", now=now(workspace))
    assert 'class="on-light"' in client.get("/at/shop/hi").content.decode()
    put(source.replace("logo.png", '"https://cdn.example/logo.png"'))
    assert surroundings(workspace).look.logo == "https://cdn.example/logo.png"
    assert "cdn.example" not in client.get("/at/shop/hi?in=en").content.decode()
    assert "no picture" not in put(source.replace("logo.png", "http://x/logo.png")).content.decode()
    kept = AuditEntry.objects.filter(workspace=workspace, action="save logo").values_list("subject", flat=True)
    assert list(kept) == ["logo.png", "logo.png"]
