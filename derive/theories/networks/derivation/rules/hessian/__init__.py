"""The Hessian: rewrite, statement and certificate."""
