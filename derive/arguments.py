"""What public functions were given, held against the types that they are written with."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from derive.errors import ArgumentError

Given = ParamSpec("Given")
Result = TypeVar("Result")

SOURCES = {
    "Network": "load_network(path) reads one from a TOML file",
    "Data": "load_data(path, network) reads one from an .npz file, Data(attended, labels) makes "
    "one of arrays",
    "Derivation": "derive(network) makes one",
    "Solution": "solve(network, data) makes one",
    "Expansion": "saddle_expansion(derivation, order) makes one",
}
"""Where a user gets what is due."""


def takes(*names: str) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Check arguments against the classes that the signature names.

    Args:
        names: The arguments to check.

    Returns:
        A decorator; the function that it makes raises ArgumentError, in one line with what was
        given and where what is due comes from.

    >>> from derive import solve
    >>> solve("network.toml", {"labels": [1.0]})
    Traceback (most recent call last):
    derive.errors.ArgumentError: solve(network, data): network is text, and a Network is due; \
load_network(path) reads one from a TOML file
    """

    def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
        signature = inspect.signature(function)
        due = {name: _classes(signature.parameters[name].annotation) for name in names}

        @wraps(function)
        def checked(*given: Given.args, **named: Given.kwargs) -> Result:
            bound = signature.bind(*given, **named)
            for name, classes in due.items():
                if name in bound.arguments and not _is_one_of(bound.arguments[name], classes):
                    raise ArgumentError(
                        f"{_call(function.__name__, signature)}: {name} is "
                        f"{_kind(bound.arguments[name])}, and {_article(classes[0])} is due"
                        + (f"; {SOURCES[classes[0]]}" if classes[0] in SOURCES else "")
                    )
            return function(*given, **named)

        return checked

    return decorate


def _classes(annotation: Any) -> tuple[str, ...]:
    """The names of the classes of an annotation, which is text or a class."""
    text = annotation if isinstance(annotation, str) else annotation.__name__
    return tuple(part.strip() for part in text.split("|"))


def _is_one_of(value: Any, classes: tuple[str, ...]) -> bool:
    if value is None:
        return "None" in classes
    # A depth that is a symbol is for the function itself to refuse, with what would do.
    names = [cls.__name__.removeprefix("Repeated") for cls in type(value).__mro__]
    return any(name in classes for name in (*names, type(value).__name__))


def _call(name: str, signature: inspect.Signature) -> str:
    needed = [p.name for p in signature.parameters.values() if p.default is p.empty]
    return f"{name}({', '.join(needed)})"


def _kind(value: Any) -> str:
    """What was given, in words."""
    words = {
        "str": "text",
        "NoneType": "None",
        "dict": "a dict of arrays",
        "function": "a function",
    }
    name = type(value).__name__
    return words.get(name) or _article(name)


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
