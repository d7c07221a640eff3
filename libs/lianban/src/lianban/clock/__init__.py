"""Calendars, working days and statutory clocks. Pure: no I/O except :mod:`lianban.clock.files`."""
