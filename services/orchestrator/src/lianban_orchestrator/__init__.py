"""Orchestrator: one workflow per case carries its plan out. Hosts workflows only and does no I/O of its own."""
