"""Dialogues, their published versions, and surveys."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link
from duologue.platform.database.versions import NamedVersion


class Dialogue(InWorkspace):
    """A plan of turns. What it says lives in its versions, which never change once published."""

    class State(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        PAUSED = "paused"
        ENDED = "ended"

    name = models.CharField(max_length=63)
    about = models.CharField(max_length=300, blank=True)
    draft = models.TextField(help_text="The YAML as last saved.")
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    current = models.IntegerField(default=0, help_text="The number of the version in force; 0 before the first.")
    started_at = models.DateTimeField(null=True)
    paused_because = models.CharField(max_length=300, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_dialogue_per_name")]


class DialogueVersion(InWorkspace):
    """A published version. `plan` is `rules.plan.Plan` as JSON; `pins` maps kind and name to a pinned version's number.

    pins = {"messages": {"we-miss-you": 3}, "surveys": {"why-quiet": 1}, "offers": {"ten-percent": 2}}
    """

    dialogue = link("strategize.Dialogue")
    number = models.IntegerField()
    source = models.TextField()
    plan = models.JSONField()
    pins = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey("platform.Staff", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "dialogue", "number"], name="dialogue_versions")]


class SurveyVersion(NamedVersion):
    """One version of a survey; `data` is `rules.survey.Survey` as JSON."""
