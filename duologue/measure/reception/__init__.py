"""How messages were received: which links were followed, by which mailbox providers, in which variant, and why people left."""
