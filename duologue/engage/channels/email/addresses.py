"""The addresses by which returned mail finds its delivery.

Mail systems lower-case what stands before the @, so the token is hexadecimal: the numbers of the workspace and the
delivery, signed. `b+TOKEN@…` is where bounces go, `r+TOKEN@…` where replies go, `<d.TOKEN@…>` names the message.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from duologue.platform.secrets import signing

USE: Final = "mail"
BOUNCE, REPLY, MESSAGE = "b+", "r+", "d."


class DeliveryRef(NamedTuple):
    """The delivery that a token names."""

    workspace_id: int
    delivery_id: int


class Addressed(NamedTuple):
    """What one of our addresses was made for, and for which delivery."""

    use: str  # bounce, reply or message
    delivery: DeliveryRef


def mail_token(workspace_id: int, delivery_id: int) -> str:
    """Return the token that all three addresses of one delivery share: lower-case letters and digits."""
    return signing.signed(USE, workspace_id, delivery_id).hex()


def bounce_address(token: str, domain: str) -> str:
    """Return the return path of a message."""
    return f"{BOUNCE}{token}@{domain}"


def reply_address(token: str, domain: str) -> str:
    """Return where a person's reply goes."""
    return f"{REPLY}{token}@{domain}"


def message_id(token: str, domain: str) -> str:
    """Return the Message-ID, with its angle brackets."""
    return f"<{MESSAGE}{token}@{domain}>"


def read_token(token: str) -> DeliveryRef | None:
    """Return the delivery a token names, in whatever case it came back; None for anything that we did not sign."""
    try:
        numbers = signing.numbers_of(USE, bytes.fromhex(token))
    except ValueError:
        return None
    return DeliveryRef(*numbers) if numbers is not None and len(numbers) == 2 else None


def read_address(address: str) -> Addressed | None:
    """Return what an address (or the part before its @, or a Message-ID) stands for; None if it is not ours."""
    local_part = address.strip().strip("<>").partition("@")[0]
    for prefix, use in ((BOUNCE, "bounce"), (REPLY, "reply"), (MESSAGE, "message")):
        if local_part[: len(prefix)].lower() == prefix:
            delivery = read_token(local_part[len(prefix) :])
            return Addressed(use, delivery) if delivery else None
    return None
