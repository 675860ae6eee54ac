"""What the words of claims mean for disordered models; see `derive.claims`."""

from derive.theories.disorder.words.compare import compare, decide
from derive.theories.disorder.words.load import load_claim

__all__ = ["compare", "decide", "load_claim"]
