"""Samples of what passes between the platform and a department: invented data, shown by the API's description, in
docs/examples/exchanges and played by the conformance kit."""
