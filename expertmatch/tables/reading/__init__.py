"""Files to raw grids of text."""
