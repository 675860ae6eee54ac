"""What the names of a text mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.claims.language.functions import FUNCTIONS


@dataclass(frozen=True, eq=False)
class Scope:
    """Names in scope.

    Attributes:
        names: A name to its number or matrix.
        families: A letter to what its index in brackets reaches: N[1] is N_1.
        functions: Functions of a problem, beside those of the language; they take a matrix.
        vocabulary: Functions of the language, a name to the number of its arguments and what it
            makes of them; a theory may bring others.
        binders: Words such as avg(expression, z), which bind their second argument; each a name to
            what it makes of the expression and of the symbol that is bound.
    """

    names: Mapping[str, Any] = field(default_factory=dict)
    families: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    vocabulary: Mapping[str, tuple[int, Callable[..., Any]]] = field(
        default_factory=lambda: FUNCTIONS
    )
    binders: Mapping[str, Callable[[Any, Any], Any]] = field(default_factory=dict)
