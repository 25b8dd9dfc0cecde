"""Pages for people: unsubscribe, preferences, surveys, why me, tracking links. Plain HTML on signed links."""
