"""Addresses of the strategize pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.strategize import (
    campaigns,
    changes,
    dialogues,
    forecast,
    launch,
    offers,
    placements,
    ready_made,
    segment_editing,
    segments,
    storyboard,
    worded,
)

app_name = "strategize"
urlpatterns = [
    path("segments", segments.segments, name="segments"),
    path("segments/<str:name>", segments.segment, name="segment"),
    path("segments/<str:name>/text", segment_editing.change, name="segment-text"),
    path("new-segment", segment_editing.new, name="new-segment"),
    path("segment-count", segment_editing.count, name="segment-count"),
    path("dialogues", dialogues.dialogues, name="dialogues"),
    path("dialogues/<str:name>", dialogues.dialogue, name="dialogue"),
    path("dialogues/<str:name>/text", dialogues.text, name="text"),
    path("dialogues/<str:name>/wording", worded.worded, name="worded"),
    path("dialogues/<str:name>/start", changes.start, name="start"),
    path("dialogues/<str:name>/ask", launch.ask, name="ask"),
    path("dialogues/<str:name>/launch-sheet", launch.sheet, name="launch-sheet"),
    path("dialogues/<str:name>/storyboard", storyboard.storyboard, name="storyboard"),
    path("dialogues/<str:name>/play", storyboard.play, name="play"),
    path("dialogues/<str:name>/forecast", forecast.forecast, name="forecast"),
    path("dialogues/<str:name>/pause", changes.pause, name="pause"),
    path("dialogues/<str:name>/resume", changes.resume, name="resume"),
    path("dialogues/<str:name>/move", changes.move, name="move"),
    path("ready-made", ready_made.gallery, name="ready-made"),
    path("ready-made/<str:name>", ready_made.one, name="ready-made-one"),
    path("ready-made/<str:name>/take", ready_made.take, name="take-ready-made"),
    path("campaigns", campaigns.campaigns, name="campaigns"),
    path("campaigns/<str:name>", campaigns.campaign, name="campaign"),
    path("placements", placements.placements, name="placements"),
    path("occasions", placements.occasions, name="occasions"),
    path("offers", offers.offers, name="offers"),
    path("offers/<str:name>", offers.offer, name="offer"),
    path("guardrails", offers.guardrails, name="guardrails"),
]
