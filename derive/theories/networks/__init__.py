"""Bayesian networks that are linear in each weight: from the description to the report."""
