"""How long events and facts are kept, and the record of what was removed for it."""
