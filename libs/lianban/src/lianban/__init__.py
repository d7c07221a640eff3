"""Shared library of 一事联办, in layers: clock, catalog, contracts, platform (each imports only those before it)."""
