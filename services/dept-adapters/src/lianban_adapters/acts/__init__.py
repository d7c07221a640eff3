"""Acts: what departments answer, from the signed callback to the case and its outcome back."""
