"""Headers to canonical columns."""
