"""The pages that links in messages lead to."""

from __future__ import annotations

from django.urls import path

from duologue.web.public import known, leaving, letters, logo, parent, perks, preferences, sites, survey, voices, web, why

app_name = "public"
urlpatterns = [
    path("u/<str:token>", leaving.unsubscribe, name="unsubscribe"),
    path("n/<str:token>", leaving.not_now, name="not_now"),
    path("y/<str:token>", perks.perks, name="perks"),
    path("m/<str:token>", perks.all_perks, name="all_perks"),
    path("p/<str:token>", preferences.preferences, name="preferences"),
    path("k/<str:token>", known.ask, name="known_ask"),
    path("d/<str:token>", known.known, name="known"),
    path("g/<str:token>", parent.parent, name="parent"),
    path("v/<str:token>", web.web, name="web"),
    path("s/<str:token>", survey.survey, name="survey"),
    path("at/<slug:workspace>/letters/", letters.letters, name="letters"),
    path("at/<slug:workspace>/letters/feed.xml", letters.feed, name="letters-feed"),
    path("at/<slug:workspace>/letters/<slug:name>/<int:number>", letters.letter, name="letter"),
    path("at/<slug:workspace>/voices/", voices.voices, name="voices"),
    path("at/<slug:workspace>/voices/<int:number>.jpg", voices.voice_photo, name="voice-photo"),
    path("at/<slug:workspace>/look/<str:name>", logo.logo, name="logo"),
    path("at/<slug:workspace>/<slug:name>", sites.site, name="site"),
    path("at/<slug:workspace>/<slug:name>/for/<str:token>", sites.site, name="site-for"),
    path("w/<str:token>", why.why_me, name="why_me"),
]
