"""Stationarity: rewrite, statement and certificate."""
