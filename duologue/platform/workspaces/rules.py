"""Which names a workspace may have."""

from __future__ import annotations

import re

# words that are, or may become, addresses of their own
WORDS = """
account accounts admin api assets at auth callbacks d demo docs favicon g healthz help home invitation invite k l login
logout mail me metrics mfa n new o p people readyz robots s sign-in signin signup staff static status system u
v v1 w webhooks workspace workspaces
"""
RESERVED = frozenset(WORDS.split())
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def mistake_in_name(name: str) -> str | None:
    """Return a sentence saying why a workspace may not have this name, or None."""
    if not NAME.fullmatch(name):
        return f"A workspace cannot be called {name!r}: use small letters, digits and dashes, 63 at most, for example corner-shop."
    if name in RESERVED:
        return f"A workspace cannot be called {name!r}: the word is kept for an address of Duologue's own. Choose another name."
    return None
