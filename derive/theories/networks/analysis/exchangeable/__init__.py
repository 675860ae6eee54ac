"""Exchangeable heads: a declared symmetry, and the theory at overlaps that have it."""

from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry, declare
from derive.theories.networks.analysis.exchangeable.theory import SymmetricTheory, exchangeable

__all__ = ["SymmetricTheory", "Symmetry", "declare", "exchangeable"]
