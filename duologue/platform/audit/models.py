"""The audit log."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """Who changed what: never updated, never deleted while its workspace lives."""

    workspace = models.ForeignKey("platform.Workspace", null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    staff = models.ForeignKey("platform.Staff", null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.CharField(max_length=120, help_text="A member's name, a key's name, or 'command line'.")
    action = models.CharField(max_length=60, help_text="A verb and its object: 'publish dialogue'.")
    subject = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-at", "-id"], name="audit_by_time"),
            models.Index(fields=["workspace", "actor", "-at", "-id"], name="audit_by_who"),
            models.Index(fields=["workspace", "action", "-at", "-id"], name="audit_by_what"),
        ]
