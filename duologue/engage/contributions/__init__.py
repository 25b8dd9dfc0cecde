"""What people give to be shown: photos, quotes, reviews. Kept with their permission as consent, looked at before they are shown."""
