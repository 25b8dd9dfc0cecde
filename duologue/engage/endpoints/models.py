"""Endpoints, each with its place in the timeline, and the events that one of them never took."""

from __future__ import annotations

from typing import Final

from django.db import models

from duologue.platform.database.models import InWorkspace, link

WHOLE: Final = 2**62
"""As `event_id`: all events of the batch are behind."""


class Endpoint(InWorkspace):
    """Another program that is told of events by name. All up to (`batch_no`, `event_id`) is behind it.

    Whoever tells it holds a lease until `claimed_until`, and writes only under the number of its own claim.
    """

    name = models.CharField(max_length=39)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list, help_text="The names of events, or * alone for all of them.")
    addresses = models.BooleanField(default=False, help_text="Is told e-mail addresses and phone numbers with each event.")
    is_test = models.BooleanField(default=False, help_text="Is told while the clock is virtual.")
    made_at = models.DateTimeField()
    batch_no = models.BigIntegerField()
    event_id = models.BigIntegerField(default=WHOLE)
    due_at = models.DateTimeField(help_text="Not before; a failure moves it.")
    claim = models.IntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    attempt = models.SmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)
    failing_since = models.DateTimeField(null=True)
    again = models.BooleanField(default=False, help_text="Some that it did not take are to be sent again.")
    paused_at = models.DateTimeField(null=True)
    told = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    former_until = models.DateTimeField(null=True, help_text="Until then the former secret signs too.")

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_endpoint_per_name")]


class Untaken(InWorkspace):
    """An event that an endpoint did not take at any try: the dead letter. The event itself stays on the timeline."""

    endpoint = link("engage.Endpoint")
    profile = link("people.Profile")
    write_id = models.BigIntegerField()
    event_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()
    set_aside_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    again = models.BooleanField(default=False)

    class Meta(InWorkspace.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "endpoint", "event_id"], name="set_aside_once")]
