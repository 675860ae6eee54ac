"""Derive, generate, solve and check order-parameter theories.

The names of `__all__` are loaded when they are first used, so that ``import derive`` costs nothing;
theories bring them (`derive.theories.Theory`). What all theories have (`derive`, `generate`,
`solve`, `check`, `compare`, `load`) is one function, which finds the theory of its first argument.
"""

from importlib import import_module
from typing import Any

from derive.errors import DeriveError as DeriveError

__version__ = "0.1.0"

_FOUND: dict[str, Any] = {}
"""The names that have been used."""


def __getattr__(name: str) -> Any:
    if name in _FOUND:
        return _FOUND[name]
    if name.startswith("__") and name != "__all__":  # what Python asks of every module
        raise AttributeError(f"derive has no attribute {name!r}")
    offered = import_module("derive.theories.dispatch")  # now, as ``import derive`` costs nothing
    names = offered.public_names()
    if name == "__all__":
        return ["DeriveError", "__version__", *names]
    if name not in names:
        raise AttributeError(f"derive has no attribute {name!r}; it has {', '.join(names)}")
    _FOUND[name] = offered.public(name)
    if "derive" in _FOUND:
        # After ``from derive import *`` the package's name is the function's: it has them all too.
        vars(_FOUND["derive"]).update(_FOUND)
    return _FOUND[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})
