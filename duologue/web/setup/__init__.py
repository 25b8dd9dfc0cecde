"""Settings of a workspace: ways out, members, keys, the log."""
