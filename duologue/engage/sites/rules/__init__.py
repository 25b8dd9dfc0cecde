"""What a site says and asks, in which language, and what becomes of a form that was sent."""
