"""What messages are made of and what may happen to a delivery: values in, verdicts out."""
