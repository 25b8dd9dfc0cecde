"""Events in: Segment's tracking API, answered only once what it brought is durable."""
