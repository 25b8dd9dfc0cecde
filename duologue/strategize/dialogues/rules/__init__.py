"""What a dialogue means: the plan, how it is read, and the one function that decides."""
