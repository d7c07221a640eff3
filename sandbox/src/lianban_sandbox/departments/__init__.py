"""Departments' own systems, as the platform's adapters meet them."""
