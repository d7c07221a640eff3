"""What ``lianban`` offers, one module for each command; ``lianban.cli`` registers them. Those of ``lianban calendar``
have a folder of their own."""
