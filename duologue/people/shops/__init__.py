"""The brand's own shops: what they send in signed webhooks becomes events."""
