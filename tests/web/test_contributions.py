"""What staff decide about contributions, and what a colleague notes of a permission."""

from __future__ import annotations

from django.urls import reverse

from duologue.engage.contributions.models import Contribution
from duologue.people.consent.models import ConsentStatement
from duologue.platform.audit.models import AuditEntry


def test_a_permission_noted_by_a_colleague_lets_it_be_shown_and_a_withdrawal_ends_that(workspace, filled, owner):
    one = Contribution.within(workspace).get(text="Nicely wrapped.")
    Contribution.within(workspace).filter(pk=one.pk).update(purpose="voices")
    at = {name: reverse(f"engage:{name}-contribution", args=[workspace.name, one.pk]) for name in ("publish", "decline")}
    voices, noting = reverse("public:voices", args=[workspace.name]), reverse("people:consent", args=[workspace.name, one.profile_id])
    form = {"shown_as": "Amélie", "seen": one.came_at.isoformat()}
    assert "something else in its place" in owner.post(at["publish"], form | {"seen": ""}, follow=True).content.decode()
    assert "have not agreed" in owner.post(at["publish"], form, follow=True).content.decode()
    owner.post(
        noting, {"purpose": "voices", "channel": "email", "state": "granted", "wording": "May we show your note? Yes, by telephone."}
    )
    assert ConsentStatement.within(workspace).filter(profile=one.profile_id, purpose="voices").get().channel == "public"
    listed = owner.get(reverse("engage:contributions", args=[workspace.name])).content.decode()
    assert f'name="seen" value="{form["seen"]}"' in listed
    assert "Everybody can see it now" in owner.post(at["publish"], form, follow=True).content.decode()
    shown = owner.get(voices).content.decode()
    assert "Nicely wrapped." in shown
    photo = Contribution.within(workspace).get(kind="photo")
    assert f'src="{voices}{photo.pk}.jpg"' in shown
    assert owner.get(f"{voices}{photo.pk}.jpg").content[:3] == b"\xff\xd8\xff"
    owner.post(noting, {"purpose": "voices", "channel": "email", "state": "withdrawn"})
    assert "Nicely wrapped." not in owner.get(voices).content.decode()
    assert "Say why" in owner.post(at["decline"], {"because": ""}, follow=True).content.decode()
    assert "It is not shown." in owner.post(at["decline"], {"because": "Taken back by telephone"}, follow=True).content.decode()
    assert AuditEntry.objects.filter(action__in=["publish contribution", "decline contribution"]).count() == 2
    assert owner.get(reverse("engage:contribution-photo", args=[workspace.name, photo.pk]))["Content-Type"] == "image/jpeg"
    assert owner.get(reverse("engage:contribution-photo", args=[workspace.name, one.pk])).status_code == 404
