"""Claims about networks in TOML files."""

from __future__ import annotations

from pathlib import Path

from derive.claims import load
from derive.claims.claim import Claim
from derive.claims.words import Words
from derive.theories.networks.description import load_network

ABOUTS = ("action", "saddle U_1", "kernel", "mean", "variance")
WORDS = Words("network", lambda network: ABOUTS, load_network)


def load_claim(path: str | Path) -> Claim:
    """Read a claim about a network, or a chain of its own, from a TOML file.

    Args:
        path: The file; the path of a network in it is relative to its folder.

    Raises:
        ClaimError: The file cannot be read, or it holds no claim; in one line with the place and
            what would do.
        DescriptionError: The network that it names cannot be read.
    """
    return load.load_claim(path, WORDS)
