"""The course of a rehearsed case: what is drawn for a step, and when in office hours its acts are done. Pure."""
