"""What a mail that came in is: a reply, an automatic answer, a bounce, a spam report, a notice. Reads only; nothing here writes."""

from duologue.engage.channels.email.incoming.incoming import Incoming
from duologue.engage.channels.email.incoming.understand import understand

__all__ = ["Incoming", "understand"]
