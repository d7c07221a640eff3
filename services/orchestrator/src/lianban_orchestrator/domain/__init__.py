"""What a case is and may become: pure, no I/O, no framework, no clock but the instants it is given."""
