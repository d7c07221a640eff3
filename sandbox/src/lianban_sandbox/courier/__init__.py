"""A courier (EMS): orders, parcels on their way, tracking callbacks."""
