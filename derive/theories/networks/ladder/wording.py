"""What a ladder calls its law where the first layer is one of features.

The exact law of the theory is then that of Gaussian features, and the samplers draw from it: the
nonlinear network has it to leading order alone. Nothing in the table may call it exact.
"""

from __future__ import annotations

from dataclasses import replace

from derive.evidence.rung import Rung
from derive.evidence.verdict import CheckResult
from derive.theories.networks.description import Network
from derive.theories.networks.description.feature_inputs import feature_layer

WORDS = (
    ("the exact law of the overlaps", "the law of Gaussian features"),
    ("exact law", "law of Gaussian features"),
    ("Gibbs sampling of the weights", "Gibbs sampling of weights above Gaussian features"),
    ("sampled weights", "sampled weights above Gaussian features"),
)


def reworded(network: Network, text: str) -> str:
    """A sentence about the exact law, as it holds for the network.

    >>> from derive.theories.networks.description import Embedding, Features, Readout
    >>> first = Features(5, "arc-sine", 1.0), Embedding(5, 1.0)
    >>> [reworded(Network((layer, Readout(1.0)), 0.1), "exact law") for layer in first]
    ['law of Gaussian features', 'exact law']
    """
    if feature_layer(network) is not None:
        for old, new in WORDS:
            text = text.replace(old, new)
    return text


def reworded_rung(network: Network, rung: Rung) -> Rung:
    """The rung, with every sentence as it holds for the network."""

    def said(result: CheckResult) -> CheckResult:
        claim, reason = reworded(network, result.claim), reworded(network, result.reason)
        return replace(result, claim=claim, reason=reason)

    return Rung(reworded(network, rung.name), tuple(map(said, rung.results)))
