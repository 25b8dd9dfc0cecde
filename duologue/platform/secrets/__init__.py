"""Keys and passwords, sealed at rest; signing of links."""
