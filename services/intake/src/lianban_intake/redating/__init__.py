"""Re-dating (重算期限): a new calendar reaches every case that still counts by another (clocks.md, Counting 6)."""
