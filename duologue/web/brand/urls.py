"""Addresses of the brand pages."""

from __future__ import annotations

from django.urls import path

from duologue.web.brand import views

app_name = "brand"
urlpatterns = [
    path("book", views.book, name="book"),
    path("personas", views.personas, name="personas"),
    path("products", views.products, name="products"),
]
