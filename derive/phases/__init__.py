"""Symmetric saddle points on data: their Hessian by sectors, the branches below them, the onset."""
