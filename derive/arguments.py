"""What public functions were given, held against the types that they are written with."""

from __future__ import annotations

import inspect
import math
import numbers
import os
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from derive.errors import ArgumentError

Given = ParamSpec("Given")
Result = TypeVar("Result")

SOURCES = {
    "Network": "load_network(path) reads one from a TOML file",
    "Data": "load_data(path, network) reads one from an .npz file, Data(attended, labels) makes "
    "one of arrays",
    "Derivation": "derive(model) makes one",
    "Solution": "solve(network, data) makes one",
    "Expansion": "saddle_expansion(derivation, order) makes one",
}
"""Where a user gets what is due."""


HUGE = 10**18


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return real and (_is_whole(value) or math.isfinite(value))


def _are_whole(value: Any) -> bool:
    plain = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
    return plain and np.ndim(value) == 1 and all(map(_is_whole, value))


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "int": ("a whole number", _is_whole),
    "float": ("a finite number", _is_number),
    "bool": ("True or False", lambda value: isinstance(value, bool | np.bool_)),
    "str": ("text", lambda value: isinstance(value, str)),
    "Path": ("a path", lambda value: isinstance(value, os.PathLike)),
    "Sequence[int]": ("a list of whole numbers", _are_whole),
    "Iterable[Claim]": (
        "a list of claims",
        lambda value: isinstance(value, Iterable) and not isinstance(value, str),
    ),
    "Callable[[str], None]": ("a function of text", callable),
}
"""What is no class of ours, by its annotation: in words, and a test of it."""

RANGES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "seed": (" from 0", lambda value: value >= 0),
    "starts": (" from 0", lambda value: value >= 0),
    "tolerance": (" above 0", lambda value: value > 0),
    "kernel_tolerance": (" above 0", lambda value: value > 0),
}
"""Arguments that every public function means alike: in words, and a test of their range."""


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
    derive.errors.ArgumentError: solve(network, data): network is text, and a Network or a \
DisorderedModel is due; load_network(path) reads one from a TOML file
    """

    def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
        signature = inspect.signature(function)
        due = {name: _classes(signature.parameters[name].annotation) for name in names}

        @wraps(function)
        def checked(*given: Given.args, **named: Given.kwargs) -> Result:
            bound = signature.bind(*given, **named)
            for name, classes in due.items():
                if name in bound.arguments and not _fits(name, bound.arguments[name], classes):
                    call = _call(function.__name__, signature)
                    raise _refusal(call, name, bound.arguments[name], classes[:1])
            return function(*given, **named)

        return checked

    return decorate


def require_one_of(functions: Sequence[Callable[..., Any]], value: Any) -> None:
    """Raise ArgumentError where none of some functions of one name takes a first argument."""
    signature = inspect.signature(functions[0])
    first = [next(iter(inspect.signature(each).parameters.values())) for each in functions]
    taken = [_classes(parameter.annotation) for parameter in first]
    if not any(_is_one_of(value, classes) for classes in taken):
        due = tuple(dict.fromkeys(classes[0] for classes in taken))
        raise _refusal(_call(functions[0].__name__, signature), first[0].name, value, due)


def _refusal(call: str, name: str, value: Any, due: Sequence[str]) -> ArgumentError:
    """What was given, what is due, and where that comes from."""
    said = f"{call}: {name} is {_kind(value)}, and {' or '.join(_due(name, c) for c in due)} is due"
    return ArgumentError("; ".join([said, *(SOURCES[cls] for cls in due if cls in SOURCES)]))


def _classes(annotation: Any) -> tuple[str, ...]:
    """The names of the classes of an annotation, which is text or a class."""
    text = annotation if isinstance(annotation, str) else annotation.__name__
    return tuple(part.strip() for part in text.split("|"))


def _due(name: str, cls: str) -> str:
    """What is due, in words."""
    return (KINDS[cls][0] if cls in KINDS else _article(cls)) + RANGES.get(name, ("",))[0]


def _fits(name: str, value: Any, classes: tuple[str, ...]) -> bool:
    return _is_one_of(value, classes) and (name not in RANGES or RANGES[name][1](value))


def _is_one_of(value: Any, classes: tuple[str, ...]) -> bool:
    if value is None:
        return "None" in classes
    if any(KINDS[name][1](value) for name in classes if name in KINDS):
        return True
    # A depth that is a symbol is for the function itself to refuse, with what would do.
    names = [cls.__name__.removeprefix("Repeated") for cls in type(value).__mro__]
    return any(name in classes for name in (*names, type(value).__name__) if name not in KINDS)


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
    if isinstance(value, bool | int | float):
        return "a huge number" if abs(value) > HUGE else repr(value)
    name = type(value).__name__
    return words.get(name) or _article(name)


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
