"""DKIM signatures (RFC 6376, RFC 8463), relaxed/relaxed, over the headers that matter and the whole body."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

if TYPE_CHECKING:
    from datetime import datetime

SIGNED: Final = (
    *("from", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type"),
    *("list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
)
SPACES = re.compile(rb"[ \t]+")
FOLDED = re.compile(rb"\r\n(?=[ \t])")


@dataclass(slots=True, frozen=True)
class Key:
    """A signing key: the domain and selector under which its public half stands in the DNS."""

    domain: str
    selector: str
    pem: str


def public_half(pem: str) -> tuple[str, str]:
    """Return the algorithm of a private key and its public half in base64, as the k= and p= of its record say them."""
    private = _private(pem)
    is_rsa = isinstance(private, rsa.RSAPrivateKey)
    kind = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    raw = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    public = private.public_key().public_bytes(*(kind if is_rsa else raw))
    return "rsa" if is_rsa else "ed25519", base64.b64encode(public).decode()


def make_key(algorithm: str = "rsa") -> tuple[str, str]:
    """Make a key pair (`rsa` of 2048 bits, or `ed25519`); return the private PEM and the text of the DNS record."""
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if algorithm == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    elif algorithm == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    else:
        raise ValueError(f"{algorithm!r} is no DKIM algorithm here; take rsa or ed25519.")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    return pem, f"v=DKIM1; k={algorithm}; p={base64.b64encode(public).decode()}"


def signature(head: bytes, body: bytes, key: Key, at: datetime) -> bytes:
    """Return the DKIM-Signature header, with its line end, to put in front of a head; both have CRLF line ends.

    The body is in relaxed form already, as `mime.build` makes it.
    """
    private = _private(key.pem)
    algorithm = "rsa-sha256" if isinstance(private, rsa.RSAPrivateKey) else "ed25519-sha256"
    headers = _relaxed(head)
    chosen = [name for name in SIGNED if name in headers]
    body_hash = base64.b64encode(hashlib.sha256(body).digest()).decode()
    unsigned = (
        f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={key.domain}; s={key.selector};\r\n"
        f" t={int(at.timestamp())}; h={':'.join(chosen)};\r\n bh={body_hash};\r\n b="
    ).encode()
    data = b"".join(headers[name] + b"\r\n" for name in chosen) + _relaxed(unsigned)["dkim-signature"]
    if isinstance(private, rsa.RSAPrivateKey):
        signed = private.sign(data, padding.PKCS1v15(), hashes.SHA256())
    else:
        signed = private.sign(hashlib.sha256(data).digest())
    text = base64.b64encode(signed)
    return unsigned + b"\r\n ".join(text[at : at + 72] for at in range(0, len(text), 72)) + b"\r\n"


def _relaxed(head: bytes) -> dict[str, bytes]:
    """Return headers by their names, in relaxed form."""
    if b"\r\n " in head or b"\r\n\t" in head:
        head = FOLDED.sub(b"", head)
    found: dict[str, bytes] = {}
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        if b"  " in value or b"\t" in value:
            value = SPACES.sub(b" ", value)
        found[name.decode("ascii")] = b"%b:%b" % (name, value.strip())
    return found


@lru_cache(maxsize=64)
def _private(pem: str) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise TypeError("A DKIM key is an RSA or an Ed25519 key.")
    return key
