"""What the words of claims mean for networks; see `derive.claims`."""

from derive.theories.networks.words.compare import compare, decide
from derive.theories.networks.words.load import load_claim

__all__ = ["compare", "decide", "load_claim"]
