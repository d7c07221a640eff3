"""Rehearsals (演练): a theme is carried out many times, by the real workflow on a real server whose time is skipped,
with departments that take as long as a distribution says. Shows before anybody applies what a promise is worth."""
