"""The city's knowledge as data: models, loader, linter, compiler (theme + answers → plan, form, notice)."""
