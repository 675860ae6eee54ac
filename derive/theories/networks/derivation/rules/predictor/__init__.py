"""The predictor: rewrite, statement and certificate."""
