"""The ground: database, workspaces, staff, jobs, audit, lake, secrets, telemetry."""
