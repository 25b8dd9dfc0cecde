"""Profiles, who they belong to, and what is known about them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Profile(InWorkspace):
    """The record under which events were first kept.

    `person` is the number of the person it belongs to: the id of that person's first profile. Merging changes it,
    and nothing else. `shard` (0 to 63) is a hash of the person, so that all profiles of one person share a shard.
    """

    person = models.BigIntegerField(help_text="The id of the person's first profile.")
    shard = models.SmallIntegerField()
    locale = models.CharField(max_length=35, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)
    name = models.CharField(max_length=200, blank=True, help_text="As shown to staff; made from the facts.")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        indexes = [
            models.Index(fields=["workspace", "person"], name="profiles_of_person"),
            models.Index(fields=["workspace", "-seen_at", "-id"], name="profiles_by_seen"),
        ]


class SearchWord(InWorkspace):
    """A word by which a profile is found: an index on (workspace, word) answers 'begins with' at any size.

    Words with which an identifier of the profile begins are not kept here: the index of identifiers finds them.
    """

    pk = models.CompositePrimaryKey("workspace", "word", "profile")
    word = models.CharField(max_length=40, db_collation="C")
    profile = link("people.Profile")


class Fact(InWorkspace):
    """One thing known about a profile, where it came from, when, and for which purposes it may be used."""

    pk = models.CompositePrimaryKey("workspace", "profile", "key")
    profile = link("people.Profile")
    key = models.CharField(max_length=80)
    value = models.JSONField()
    source = models.CharField(max_length=80)
    at = models.DateTimeField()
    purposes = ArrayField(models.CharField(max_length=40), default=list)
    wrong = models.JSONField(null=True, help_text="Values that the person has put right: nobody's list brings them back.")

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "profile"], condition=models.Q(wrong__isnull=False), name="facts_put_right")]


class Objection(InWorkspace):
    """A person does not want this fact to be kept: it is not learned again, whoever sends it."""

    pk = models.CompositePrimaryKey("workspace", "profile", "key")
    profile = link("people.Profile")
    key = models.CharField(max_length=80)
    at = models.DateTimeField()


class Merge(InWorkspace):
    """Two persons became one. Undoing gives the listed profiles back to `lost`."""

    kept = models.BigIntegerField()
    lost = models.BigIntegerField()
    profiles = ArrayField(models.BigIntegerField())
    because = models.CharField(max_length=200)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "kept"], name="merges_by_kept")]
