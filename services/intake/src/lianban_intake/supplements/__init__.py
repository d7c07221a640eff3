"""Supplements (补正): what applicants hand in because a department, or the acceptance, found it missing."""
