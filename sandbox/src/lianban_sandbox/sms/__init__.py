"""An SMS gateway that keeps what it is asked to send."""
