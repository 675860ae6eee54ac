"""The change of variables: rewrite, statement and certificate."""
