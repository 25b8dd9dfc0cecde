"""Personas."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class Persona(InWorkspace):
    """A typical customer. Its segment, named here, is matched in strategize."""

    name = models.CharField(max_length=63)
    title = models.CharField(max_length=120)
    data = models.JSONField(default=dict, help_text="about, wants, needs, tastes, media: what personas/NAME.yaml says.")
    segment = models.CharField(max_length=63, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_persona_per_name")]
