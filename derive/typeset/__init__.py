"""How equations look: boxes, lines, pages; written out for terminals, Markdown and LaTeX."""
