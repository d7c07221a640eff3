"""`python -m lianban_sandbox.portal`."""

from __future__ import annotations

from lianban_sandbox.portal.cli import main

main(prog_name="python -m lianban_sandbox.portal")
