"""Addresses of the brand pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.brand import book, feeds, personas, products, senders

app_name = "brand"
urlpatterns = [
    path("book", book.book, name="book"),
    path("book/logo", book.add_logo, name="add-logo"),
    path("book/text", book.text, name="book-text"),
    path("book/<int:number>", book.book, name="book-version"),
    path("book/<int:number>/again", book.again, name="book-again"),
    path("senders", senders.senders, name="senders"),
    path("senders/records", senders.records, name="records"),
    path("senders/key", senders.make_key, name="make-key"),
    path("personas", personas.personas, name="personas"),
    path("products", products.products, name="products"),
    path("products/<int:number>", products.product, name="product"),
    path("products/watch", products.save_watch, name="save-watch"),
    path("products/feeds", feeds.feeds, name="feeds"),
    path("products/feeds/save", feeds.save, name="save-feed"),
    path("products/feeds/<slug:name>/fetch", feeds.fetch, name="fetch-feed"),
    path("products/feeds/<slug:name>/forget", feeds.forget, name="forget-feed"),
]
