"""下一批“一件事”: groups of matters that the same people file close together, found in past cases (R14).

Past cases (``records``) become occasions (``occasions``); matters that occur together more often than by chance are
candidates (``mining``), unless a theme covers them (``coverage``), ranked by what joining them would spare
(``ranking``). ``samples`` makes cases up, with groups planted in them. docs/candidates.zh-CN.md has the formulas.
"""
