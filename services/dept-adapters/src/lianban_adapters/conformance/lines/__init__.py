"""Lines: how messages reach a department's system, and how its acts come back."""
