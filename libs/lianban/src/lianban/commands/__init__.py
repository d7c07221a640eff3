"""Commands of ``lianban catalog``, one module each; ``lianban.cli`` registers them."""
