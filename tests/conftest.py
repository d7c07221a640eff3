"""Fixtures every test may use. Servers are started by the first test that asks for one."""

from __future__ import annotations

pytest_plugins = ["fixtures.sockets", "fixtures.postgres", "fixtures.temporal"]
