"""Fixtures every test may use. Servers are started by the first test that asks for one."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says more about the machine than about the code. Every run draws others; for many at once:
# pytest --hypothesis-profile=thorough
settings.register_profile("lianban", deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("lianban")

pytest_plugins = ["fixtures.sockets", "fixtures.parallel", "fixtures.mariadb", "fixtures.postgres", "fixtures.temporal"]
