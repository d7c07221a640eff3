"""办事指南 (``/guide``): published from the catalogue in force, for everyone, no token needed.

Page, JSON, printable document and posters of a theme all show one :class:`lianban.catalog.guide.Guide`.
"""
