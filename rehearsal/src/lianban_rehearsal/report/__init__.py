"""What a rehearsal tells: lines for a terminal, JSON for programs, a picture of its typical run. Pure."""
