"""History for segments and measurement: Delta tables written by one writer, read by DuckDB."""
