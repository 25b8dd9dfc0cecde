"""Addresses of the engage pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.engage import broadcasts, care, contributions, doubts, inbox, mailbox, messages, perks, replies, site_drafts, sites, till

app_name = "engage"
urlpatterns = [
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/<int:number>", inbox.conversation, name="conversation"),
    path("inbox/<int:number>/answer", replies.answer, name="answer"),
    path("inbox/<int:number>/note", replies.note, name="note"),
    path("inbox/<int:number>/close", replies.close, name="close"),
    path("inbox/<int:number>/insert", replies.insert, name="insert"),
    path("inbox/<int:number>/assign", replies.assign, name="assign"),
    path("care", care.care, name="care"),
    path("messages", messages.messages, name="messages"),
    path("messages/<str:name>", messages.message, name="message"),
    path("messages/<str:name>/try", messages.try_out, name="try-message"),
    path("messages/<str:name>/preview", messages.preview, name="preview"),
    path("broadcasts", broadcasts.broadcasts, name="broadcasts"),
    path("broadcasts/new", broadcasts.new, name="new-broadcast"),
    path("broadcasts/preview", broadcasts.preview, name="broadcast-preview"),
    path("broadcasts/<str:name>/", broadcasts.broadcast, name="broadcast"),
    path("broadcasts/<str:name>/numbers", broadcasts.numbers, name="broadcast-numbers"),
    path("broadcasts/<str:name>/send", broadcasts.send, name="send-broadcast"),
    path("sites", sites.sites, name="sites"),
    path("sites/new", site_drafts.new, name="new-site"),
    path("sites/<slug:name>", sites.site, name="site"),
    path("sites/<slug:name>/draft", site_drafts.draft, name="site-draft"),
    path("sites/<slug:name>/look", site_drafts.look, name="site-look"),
    path("sites/<slug:name>/look/<int:number>", site_drafts.look, name="site-look-at"),
    path("sites/<slug:name>/versions/<int:number>", site_drafts.version, name="site-version"),
    path("sites/<slug:name>/versions/<int:number>/back", site_drafts.bring_back, name="site-bring-back"),
    path("perhaps-sent", doubts.doubts, name="doubts"),
    path("perhaps-sent/settle", doubts.settle, name="settle"),
    path("perks", perks.perks, name="perks"),
    path("perks/<int:number>/withdraw", perks.withdraw, name="withdraw"),
    path("contributions", contributions.contributions, name="contributions"),
    path("contributions/<int:number>/photo", contributions.photo, name="contribution-photo"),
    path("contributions/<int:number>/publish", contributions.publish, name="publish-contribution"),
    path("contributions/<int:number>/decline", contributions.decline, name="decline-contribution"),
    path("till", till.till, name="till"),
    path("mailbox", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:number>", mailbox.mail, name="mail"),
    path("mailbox/<int:number>/content", mailbox.content, name="mail-content"),
]
