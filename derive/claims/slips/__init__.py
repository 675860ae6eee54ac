"""Common slips in derivations, and the corrections that would mend them."""

from derive.claims.slips.change import Change, Words
from derive.claims.slips.kinds import SLIPS

__all__ = ["SLIPS", "Change", "Words"]
