"""The manual inbox: where officers of departments without a system work, and where everything lands that a system
did not take."""
