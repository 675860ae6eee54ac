"""Derive, generate, solve and check order-parameter theories of Bayesian neural networks.

The names below are loaded when they are first used, so that ``import derive`` costs nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Attention": "derive.theories.networks.description",
    "Convolution": "derive.theories.networks.description",
    "Data": "derive.theories.networks.description",
    "Gated": "derive.theories.networks.description",
    "Identity": "derive.theories.networks.description",
    "Embedding": "derive.theories.networks.description",
    "Features": "derive.theories.networks.description",
    "Linear": "derive.theories.networks.description",
    "Network": "derive.theories.networks.description",
    "Parallel": "derive.theories.networks.description",
    "Readout": "derive.theories.networks.description",
    "Repeat": "derive.theories.networks.description",
    "Residual": "derive.theories.networks.description",
    "Serial": "derive.theories.networks.description",
    "Weighted": "derive.theories.networks.description",
    "load_data": "derive.theories.networks.description",
    "load_network": "derive.theories.networks.description",
    "derive": "derive.theories.networks.derivation",
    "Derivation": "derive.theories.networks.derivation",
    "draw": "derive.theories.networks.derivation",
    "generate": "derive.theories.networks.module",
    "Module": "derive.theories.networks.module",
    "solve": "derive.theories.networks.solver",
    "search": "derive.theories.networks.solver",
    "Solution": "derive.theories.networks.solver",
    "check": "derive.theories.networks.checks",
    "compare": "derive.theories.networks.words",
    "exchangeable": "derive.theories.networks.analysis.exchangeable",
    "symmetric_solution": "derive.theories.networks.phases",
    "onset": "derive.theories.networks.phases",
    "scalar_theory": "derive.theories.networks.analysis.scalar",
    "saddle_expansion": "derive.theories.networks.analysis.expansions",
    "finite_width_expansion": "derive.theories.networks.analysis.expansions",
    "generate_expansion": "derive.theories.networks.module",
    "DeriveError": "derive.errors",
}

_FOUND: dict[str, Any] = {}
"""The names that have been used."""

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"derive has no attribute {name!r}; it has {', '.join(sorted(_HOME))}")
    _FOUND[name] = getattr(import_module(_HOME[name]), name)
    if "derive" in _FOUND:
        # After ``from derive import *`` the package's name is the function's: it has them all too.
        vars(_FOUND["derive"]).update(_FOUND)
    return _FOUND[name]


def __dir__() -> list[str]:
    return list(__all__)
