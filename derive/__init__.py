"""Derive, generate, solve and check order-parameter theories of Bayesian neural networks.

The names below are loaded when they are first used, so that ``import derive`` costs nothing.
"""

from collections.abc import Callable
from functools import update_wrapper
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Attention": "derive.network",
    "Convolution": "derive.network",
    "Data": "derive.network",
    "Gated": "derive.network",
    "Identity": "derive.network",
    "Embedding": "derive.network",
    "Features": "derive.network",
    "Linear": "derive.network",
    "Network": "derive.network",
    "Parallel": "derive.network",
    "Readout": "derive.network",
    "Repeat": "derive.network",
    "Residual": "derive.network",
    "Serial": "derive.network",
    "Weighted": "derive.network",
    "load_data": "derive.network",
    "load_network": "derive.network",
    "derive": "derive.derivation.deriving",
    "Derivation": "derive.derivation",
    "RepeatedDerivation": "derive.derivation.repeat.derivation",
    "draw": "derive.derivation",
    "generate": "derive.codegen",
    "Module": "derive.codegen",
    "solve": "derive.solver",
    "search": "derive.solver",
    "Solution": "derive.solver",
    "check": "derive.checks",
    "compare": "derive.claims",
    "exchangeable": "derive.analysis.exchangeable",
    "symmetric_solution": "derive.phases",
    "onset": "derive.phases",
    "scalar_theory": "derive.analysis.scalar",
    "saddle_expansion": "derive.analysis.expansions",
    "finite_width_expansion": "derive.analysis.expansions",
    "generate_expansion": "derive.codegen",
    "DeriveError": "derive.errors",
}

__all__ = ["__version__", *sorted(_HOME)]


class _Function:
    """The function `derive`, with the names of the package that has its name.

    After ``from derive import *`` the name is the function's, and `derive.compare` still works.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.__wrapped__(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        return __getattr__(name)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"derive has no attribute {name!r}; it has {', '.join(sorted(_HOME))}")
    found = getattr(import_module(_HOME[name]), name)
    return _Function(found) if name == "derive" else found


def __dir__() -> list[str]:
    return list(__all__)
