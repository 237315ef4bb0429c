"""A plan held against its tables again, by another way."""
