"""Public names: each is a theory's, and those that all theories have find the theory of a call."""

from __future__ import annotations

import inspect
import os
from importlib import import_module
from typing import Any

from derive.arguments import require_one_of
from derive.errors import ArgumentError
from derive.theories import SHARED, Theory, described, theories


def public_names() -> list[str]:
    """What `from derive import ...` gives, from all theories."""
    return sorted({name for theory in theories() for name in theory.names})


def public(name: str) -> Any:
    """What has a public name: the theory's own, or the function of those that all have."""
    if name in SHARED:
        return Shared(name)
    return own(next(theory for theory in theories() if name in theory.names), name)


def own(theory: Theory, name: str) -> Any:
    """What a theory has by a public name, imported now."""
    module, _, inner = theory.names[name].partition(":")
    return getattr(import_module(module), inner or name)


class Shared:
    """A function that theories have each of their own: the type of its first argument says which.

    Its signature and its documentation are those of the first theory; they are read when they are
    asked for, as what is imported is a theory that is used, and no other.
    """

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name
        self.__module__ = "derive"

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Call the function of the theory that the call is about."""
        theory = self._theory(given, named)
        if self.__name__ not in theory.names:
            have = ", ".join(name for name in SHARED if name in theory.names)
            raise ArgumentError(f"{self.__name__}: not for {theory.subject}, which have {have}")
        return own(theory, self.__name__)(*given, **named)

    def _theory(self, given: tuple[Any, ...], named: dict[str, Any]) -> Theory:
        for value in given[:1] or named.values():
            modules = [f"{cls.__module__}." for cls in type(value).__mro__]
            for theory in theories():
                if any(module.startswith(f"{theory.home}.") for module in modules):
                    return theory
        return self._without_model(given, named)

    def _without_model(self, given: tuple[Any, ...], named: dict[str, Any]) -> Theory:
        """The theory of a call whose first argument is no theory's: a path, or nothing.

        Raises:
            ArgumentError: It is something else, and no theory takes it.
        """
        offering = [theory for theory in theories() if self.__name__ in theory.names]
        signature = inspect.signature(own(offering[0], self.__name__))
        parameter = next(iter(signature.parameters))
        arguments = signature.bind_partial(*given, **named).arguments
        if parameter in arguments:
            value = arguments[parameter]
            require_one_of([own(theory, self.__name__) for theory in offering], value)
            if isinstance(value, str | os.PathLike):
                return described(os.fspath(value)) or offering[0]
        return offering[0]

    @property
    def __wrapped__(self) -> Any:
        """What `inspect.signature` shows."""
        return own(theories()[0], self.__name__)

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        """What `help` shows: of the first theory, and where that of the others is."""
        others = [theory for theory in theories()[1:] if self.__name__ in theory.names]
        lines = [f"For {other.subject}: {other.names[self.__name__]}" for other in others]
        return "\n\n".join([inspect.getdoc(self.__wrapped__) or "", *lines])

    def __get__(self, instance: Any, owner: Any = None) -> Shared:
        """Itself: `help` takes what has this for a function."""
        return self

    def __reduce__(self) -> str:
        """A pickle keeps the name."""
        return self.__name__

    def __repr__(self) -> str:
        return f"<function derive.{self.__name__}>"
