"""Carrying rehearsed cases out: a real server, the real workflow, and whoever acts on it in virtual time."""
