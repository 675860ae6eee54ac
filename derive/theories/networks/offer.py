"""What the theory of networks hands to the floors above it; see `derive.theories.Theory`."""

from __future__ import annotations

from derive.theories.networks.verbs.table import VERBS

kind = "network"
subject = "Bayesian neural networks"
home = "derive.theories.networks"
verbs = VERBS
flags = ()

_BY_PACKAGE = {
    "description": "Attention Convolution Data Embedding Features Gated Identity Linear Network "
    "Parallel Readout Repeat Residual Serial Weighted load_data load_network",
    "derivation": "Derivation derive draw",
    "module": "Module generate generate_expansion",
    "solver": "Solution search solve",
    "checks": "check",
    "words": "compare",
    "phases": "onset symmetric_solution",
    "analysis.exchangeable": "exchangeable",
    "analysis.expansions": "finite_width_expansion saddle_expansion",
    "analysis.scalar": "scalar_theory",
}
names = {
    **{name: f"{home}.{part}" for part, names in _BY_PACKAGE.items() for name in names.split()},
    "load": f"{home}.description:load_network",
}
