"""The people pages: who they are, what they said, what may be sent to them."""
