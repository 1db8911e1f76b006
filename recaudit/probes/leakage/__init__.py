"""Can an attribute that nobody disclosed be read off the lists alone."""
