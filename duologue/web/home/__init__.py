"""The first page of a workspace: what needs attention, and the numbers of now."""
