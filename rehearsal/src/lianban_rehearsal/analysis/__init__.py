"""What many runs show: shares, percentiles, critical paths, the department that holds a theme up. Pure."""
