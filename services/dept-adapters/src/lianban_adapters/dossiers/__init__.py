"""Dossiers (卷宗): what a department may see of a case. Kept by the intake alone, fetched when somebody needs one."""
