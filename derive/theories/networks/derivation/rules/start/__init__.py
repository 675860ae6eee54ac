"""The starting density: rewrite, statement and certificate."""
