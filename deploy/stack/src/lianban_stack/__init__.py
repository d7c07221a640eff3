"""The embedded stack: PostgreSQL, Temporal, the services and the sandbox as processes of one machine."""
