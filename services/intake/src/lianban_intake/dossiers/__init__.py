"""Dossiers (卷宗): what one step's department may see of a case, and the log of who looked."""
