"""What the dialogue caused, by comparing the invited with the control group."""
