"""Published editions of the catalogue: immutable versions of themes, and which of them are in force."""
