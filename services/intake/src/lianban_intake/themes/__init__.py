"""Themes (主题): the list, one theme, the tailored notice, the one form. All public."""
