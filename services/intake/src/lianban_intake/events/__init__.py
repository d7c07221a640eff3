"""Events of cases: recorded once each, folded into what progress shows."""
