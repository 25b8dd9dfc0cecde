"""What was found in a text and is to stay as it is."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace


class AcceptedWording(InWorkspace):
    """Words that somebody has accepted in one text, with the reason. `of` is the text's path in a plan folder, `mark` the finding's."""

    of = models.CharField(max_length=120)
    mark = models.CharField(max_length=32)
    about = models.CharField(max_length=40)
    quote = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "of", "mark"], name="accepted_once")]
