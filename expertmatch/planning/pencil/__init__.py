"""The marks of a leader in a plan, read back."""
