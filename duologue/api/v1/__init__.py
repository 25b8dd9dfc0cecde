"""Management over HTTP, described by OpenAPI."""
