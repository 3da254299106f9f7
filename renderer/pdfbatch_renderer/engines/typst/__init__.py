"""Typst: templates in its own language, the row as data, no browser: an engine of the fastest kind."""
