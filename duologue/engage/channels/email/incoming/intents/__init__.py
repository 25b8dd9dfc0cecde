"""What a reply wants, by the words it uses. The word lists are data: one file per locale, all of them asked."""

from duologue.engage.channels.email.incoming.intents.scoring import INTENTS, intent_of, words_of

__all__ = ["INTENTS", "intent_of", "words_of"]
