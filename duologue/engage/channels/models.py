"""Relays, and the mailbox of the test transport."""

from __future__ import annotations

from django.db import models

from duologue.platform.database.models import InWorkspace, link


class Relay(InWorkspace):
    """A way out for a channel. `settings` holds host, port, security, username, rates; passwords lie in secrets.

    A virtual workspace sends only through relays marked `is_test`. Kind `mailbox` keeps the mail in the workspace itself.
    """

    class Kind(models.TextChoices):
        SMTP = "smtp"
        MAILBOX = "mailbox"

    name = models.CharField(max_length=63)
    channel = models.CharField(max_length=20, default="email")
    kind = models.CharField(max_length=7, choices=Kind)
    is_test = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True)
    weight = models.SmallIntegerField(default=1)
    settings = models.JSONField(default=dict)
    resting_until = models.DateTimeField(null=True, help_text="Backing off after it refused or vanished.")
    trouble = models.CharField(max_length=300, blank=True)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_relay_per_name")]


class KeptMail(InWorkspace):
    """A message that the mailbox relay took in: what a person would have found in their inbox."""

    delivery = link("engage.Delivery", null=True)
    at = models.DateTimeField()
    sender = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    content = models.BinaryField(help_text="The whole message, RFC 5322.")

    class Meta(InWorkspace.Meta):
        indexes = [models.Index(fields=["workspace", "-at", "-id"], name="kept_mail_by_time")]
