"""Who works here: accounts, roles, invitations, keys."""
