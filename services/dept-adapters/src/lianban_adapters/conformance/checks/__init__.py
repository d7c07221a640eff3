"""Checks: what a department has to do, and how the evidence shows that it does. Pure."""
