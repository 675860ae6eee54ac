"""Certificates of the scalar theory; none uses the formula of the rewrite that it checks."""
