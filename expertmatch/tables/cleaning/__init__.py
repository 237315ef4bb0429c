"""One spelling for names, titles, regions, dates and units."""
