"""How long departments take, and how often they ask, stop, extend or refuse: from files, past cases and the catalogue.
Pure but for the reading of files."""
