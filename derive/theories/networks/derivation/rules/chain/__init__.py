"""The papers' normalisation: rewrite, statement and certificate."""
