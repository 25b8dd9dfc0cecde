"""Events in: Segment's tracking API, answered only once what was sent is durable."""
