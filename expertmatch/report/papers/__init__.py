"""Letters and lists as Word files, from a plan's workbook and templates that an office can edit."""
