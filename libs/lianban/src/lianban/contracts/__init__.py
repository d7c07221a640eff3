"""What the services say to each other: names, the case's input, acts, events, orders. No personal data anywhere here.

Everything is pydantic, frozen, one input and one output each; new fields are optional only, so that a running
case and a newer service understand each other.
"""
