"""One rewriting rule a file; none of them knows an architecture."""
