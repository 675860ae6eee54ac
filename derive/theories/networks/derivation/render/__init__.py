"""Derivations and what follows from them on a page: Markdown, LaTeX, plain text."""
