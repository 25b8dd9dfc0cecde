"""What customers are worth: orders, revenue, and how recent, how frequent and how dear they are."""
