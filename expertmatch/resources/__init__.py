"""Word lists and tables that come with the library."""
