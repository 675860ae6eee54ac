"""The proportional limit: rewrite, statement and certificate."""
