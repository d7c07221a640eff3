"""`python -m lianban_stack`."""

from __future__ import annotations

from lianban_stack.cli import main

if __name__ == "__main__":
    main(prog_name="python -m lianban_stack")
