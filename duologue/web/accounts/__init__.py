"""Sign-in, invitations, second factor and reset."""
