"""Webhooks by name, and the calls that wait to be made."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Webhook(InWorkspace):
    """Another program that dialogues may ask, by the name they call it."""

    name = models.CharField(max_length=63)
    url = models.CharField(max_length=500)
    signing_secret = models.CharField(max_length=63, blank=True, help_text="The name of the secret that calls are signed with.")
    is_test = models.BooleanField(default=False, help_text="May be called while the clock is virtual.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_webhook_per_name")]


class WebhookCall(InWorkspace):
    """A call that was decided and not yet answered; it goes when it is. What came of it stands on the timeline."""

    webhook = link("engage.Webhook")
    run = link("engage.Run", null=True, db_index=False)
    profile = link("people.Profile")
    dialogue = models.CharField(max_length=63)
    turn = models.CharField(max_length=63)
    seq = models.IntegerField()
    payload = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempt = models.SmallIntegerField(default=0)

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "due_at"], name="webhook_calls_due")]
