from datetime import UTC, datetime, timedelta

import pytest

from duologue.platform.staff import actions, queries
from duologue.platform.staff.models import Key, Membership, Staff

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_key_opens_with_its_secret_until_it_is_revoked(workspace):
    key, secret = actions.create_key(workspace, "site", "write", "", NOW)
    found = queries.key_for(secret)
    assert (found, found.workspace, found.shown) == (key, workspace, secret[:12])
    assert queries.key_for(secret + "x") is None
    assert queries.key_for("") is None
    assert actions.revoke_key(workspace, key_id=key.pk, now=NOW)
    assert queries.key_for(secret) is None
    assert not actions.revoke_key(workspace, key_id=key.pk, now=NOW)


def test_the_secret_is_not_kept(workspace):
    _, secret = actions.create_key(workspace, "site", "manage", "editor", NOW)
    kept = [str(value) for row in Key.within(workspace).values() for value in row.values()]
    assert not any(secret in value or secret[12:] in value for value in kept)


@pytest.mark.parametrize(("kind", "role"), [("read", ""), ("manage", ""), ("manage", "king")])
def test_an_unknown_kind_or_role_is_refused(workspace, kind, role):
    with pytest.raises(actions.StaffRefused):
        actions.create_key(workspace, "site", kind, role, NOW)


def test_an_invitation_is_accepted_once(workspace):
    invitation, token = actions.invite(workspace, email=" Ann@Example.org ", role="editor", by=None, now=NOW)
    assert queries.invitation_for(token, NOW) == invitation
    staff = actions.accept(invitation, now=NOW, name="Ann", password="a long enough word")
    assert (staff.email, Membership.within(workspace).get().role) == ("ann@example.org", "editor")
    assert queries.invitation_for(token, NOW) is None
    with pytest.raises(actions.StaffRefused, match="used already"):
        actions.accept(invitation, now=NOW, name="Eve")


def test_an_invitation_ends_after_a_week(workspace):
    invitation, token = actions.invite(workspace, email="ann@example.org", role="editor", by=None, now=NOW)
    assert queries.invitation_for(token, NOW + timedelta(days=7)) is None
    with pytest.raises(actions.StaffRefused):
        actions.accept(invitation, now=NOW + timedelta(days=7))


def test_an_invitation_never_takes_an_account_over(workspace):
    Staff.objects.create_user("ann@example.org", "her own password")
    invitation, _ = actions.invite(workspace, email="ann@example.org", role="owner", by=None, now=NOW)
    with pytest.raises(actions.StaffRefused, match="sign in first"):
        actions.accept(invitation, now=NOW, password="the thief's password")
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_last_owner_stays(workspace):
    ann, ben = (Staff.objects.create_user(f"{name}@example.org") for name in ("ann", "ben"))
    actions.add_member(workspace, staff=ann, role="owner", now=NOW)
    actions.add_member(workspace, staff=ben, role="editor", now=NOW)
    for role in ("editor", ""):
        with pytest.raises(actions.StaffRefused, match="needs an owner"):
            actions.set_role(workspace, staff_id=ann.pk, role=role)
    actions.set_role(workspace, staff_id=ben.pk, role="owner")
    actions.set_role(workspace, staff_id=ann.pk, role="")
    assert [member.staff for member in queries.members(workspace)] == [ben]


def test_a_sign_in_link_is_good_once_and_for_an_hour(db):
    ann = Staff.objects.create_user("ann@example.org")
    token = actions.make_sign_in_link(ann, now=NOW)
    assert queries.sign_in_link_for(token, NOW + timedelta(hours=1)) is None
    link = queries.sign_in_link_for(token, NOW)
    assert actions.use_sign_in_link(link, now=NOW)
    assert not actions.use_sign_in_link(link, now=NOW)
    assert queries.sign_in_link_for(token, NOW) is None
