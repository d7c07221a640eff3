"""A provincial portal: a program that files applications, and the applicants it files them for."""
