"""Registries that prefill forms, and the e-licence library. Everybody has a record there, made of his number alone."""
