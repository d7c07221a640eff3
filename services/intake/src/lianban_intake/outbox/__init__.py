"""Outbox: a filed case reaches Temporal, however long that takes."""
