"""What keeps a rehearsal from being carried out. The messages are Chinese."""

from __future__ import annotations


class RehearsalFailed(RuntimeError):
    """Not the theme's fault: the server, the machine, or a case that does what nobody planned."""
