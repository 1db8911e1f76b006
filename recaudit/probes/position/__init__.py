"""Does the answer depend on where a candidate stands in the question."""
