"""The upward feed (办件归集): every case, written to the province's staging tables (前置库) in order."""
