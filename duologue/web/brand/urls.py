"""Addresses of the brand pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.brand import feeds, products, views

app_name = "brand"
urlpatterns = [
    path("book", views.book, name="book"),
    path("personas", views.personas, name="personas"),
    path("products", products.products, name="products"),
    path("products/<int:number>", products.product, name="product"),
    path("products/watch", products.save_watch, name="save-watch"),
    path("products/feeds", feeds.feeds, name="feeds"),
    path("products/feeds/save", feeds.save, name="save-feed"),
    path("products/feeds/<slug:name>/fetch", feeds.fetch, name="fetch-feed"),
    path("products/feeds/<slug:name>/forget", feeds.forget, name="forget-feed"),
]
