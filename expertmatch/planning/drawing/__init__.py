"""A draw by lot, its record, and the record verified."""
