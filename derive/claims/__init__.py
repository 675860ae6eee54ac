"""Check a derivation of the user's own: claims, parsed, evaluated and compared."""

from derive.claims.claim import Claim, Line
from derive.claims.compare import compare, decide
from derive.claims.load import load_claim
from derive.claims.result import ComparisonResult, Correction, Counterexample, LineResult

__all__ = [
    "Claim",
    "ComparisonResult",
    "Correction",
    "Counterexample",
    "Line",
    "LineResult",
    "compare",
    "decide",
    "load_claim",
]
