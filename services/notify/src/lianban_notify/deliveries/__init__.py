"""Deliveries: results handed to the courier, collected at the window or told electronically, tracked until signed."""
