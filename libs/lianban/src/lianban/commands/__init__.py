"""Commands of ``lianban catalog``, each in a module of its own and registered in :mod:`lianban.cli` by one line."""
