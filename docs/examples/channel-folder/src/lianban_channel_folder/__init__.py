"""A kind of channel for departments with whom we share nothing but a folder."""
