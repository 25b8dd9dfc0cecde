"""Who speaks: name, promises with their proof, senders, commitments, legal footer; in versions."""
