"""Channels: how a task reaches a department."""
