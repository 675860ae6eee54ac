"""What is said of the proportional limit, and its source."""

from __future__ import annotations

from derive.theories.networks.derivation.labels import PAPER

LIMIT = (
    "The action is twice the negative log density at leading order. $N - m - 1$ becomes $N$, and "
    r"$\ln\Gamma_m$ is replaced by Stirling's formula; what is dropped grows like $\ln N$.",
    PAPER,
)
