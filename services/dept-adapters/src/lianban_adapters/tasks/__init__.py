"""Tasks: what a department has been asked to do for a case."""
