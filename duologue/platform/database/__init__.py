"""PostgreSQL: the embedded server's life, connections, bulk writing."""
