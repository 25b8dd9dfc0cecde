"""The engage pages: inbox, messages, till, the test mailbox."""
