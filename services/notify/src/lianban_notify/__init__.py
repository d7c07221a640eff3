"""Notify: messages to applicants and officers, delivery of results, parcels tracked until signed."""
