"""What is kept of a shop."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final

import msgspec

KINDS: Final = ("shopify", "woocommerce")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
CURRENCY: Final = re.compile(r"[A-Z]{3}")


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop: its software, the secret it signs with, and the purpose that its marketing consent stands for, if any.

    `currency` is that of its prices, of which a product's webhook says nothing; without it, the workspace's.
    """

    kind: str
    secret: str
    purpose: str = ""
    currency: str = ""


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Say whether a body is signed with HMAC-SHA256 in base64, as Shopify and WooCommerce do."""
    made = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return hmac.compare_digest(made, signature.strip().encode("utf-8", "replace"))
