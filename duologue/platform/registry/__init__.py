"""The two ports that floors fill at start-up: Follower and PersonalData; cursors and shard leases."""
