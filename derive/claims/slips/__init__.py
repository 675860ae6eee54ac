"""Common slips in derivations, and the corrections that would mend them."""

from derive.claims.slips.kinds import SLIPS, Change, Words

__all__ = ["SLIPS", "Change", "Words"]
