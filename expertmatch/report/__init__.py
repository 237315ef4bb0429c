"""What people open: sheets, and the record of a run."""
