"""Forms of accounts."""

from __future__ import annotations

from django import forms
from django.contrib.auth.password_validation import validate_password


class NewAccount(forms.Form):
    """Who joins, and the password they choose."""

    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "name"})
    )
    password = forms.CharField(
        label="Choose a password",
        help_text="Ten characters at least.",
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        """Refuse a weak one."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
