"""Numbers for the scalar equation: which values it needs, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from derive.errors import SolveError
from derive.theories.networks.analysis.scalar.equation import ScalarEquation
from derive.wording import choices, shown

SPECTRUM = ("eigenvalues", "projections", "temperature")
Value = Any
"""A whole number, a float (taken exactly), a fraction, or a text such as "0.1"."""


@dataclass(frozen=True)
class Numbers:
    """The numbers of a scalar equation.

    Attributes:
        widths: N_l, the lowest first.
        prior: c.
        temperature: T.
        examples: P.
        signal: s = y^T K_1^{-1} y; None where the temperature is not zero.
        eigenvalues: k_i of K_1; empty at zero temperature.
        squares: y_i^2 of the labels' components on the eigenvectors; empty at zero temperature.
    """

    widths: tuple[Fraction, ...]
    prior: Fraction
    temperature: Fraction
    examples: int
    signal: Fraction | None
    eigenvalues: tuple[Fraction, ...] = ()
    squares: tuple[Fraction, ...] = ()


def exact(name: str, value: Value, *, least: int = 0, zero: bool = False) -> Fraction:
    """A positive number as a fraction.

    Raises:
        SolveError: It is none, or not above `least`.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, sympy.Rational):
        value = Fraction(int(value.p), int(value.q))
    try:
        if isinstance(value, bool) or (isinstance(value, str) and not _moderate(value)):
            raise ValueError
        fraction = Fraction(value)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        raise SolveError(f"scalar numbers: {name} is {shown(value)}; give a number") from None
    if fraction < least or (fraction == 0 and not zero):
        kind = f"a number from {least}" if least else "a positive number" + " or 0" * zero
        raise SolveError(f"scalar numbers: {name} is {shown(value)}; give {kind}")
    return fraction


def _moderate(text: str) -> bool:
    """Whether a text is short, and its exponent one that float64 has: no power fills the memory."""
    power = text.lower().partition("e")[2]
    return len(text) <= 100 and (not power or abs(int(power)) <= 300)


def read_numbers(equation: ScalarEquation, values: Mapping[str, Value]) -> Numbers:
    """The numbers of an equation, from values by name.

    Args:
        equation: Of a network, or of any depth.
        values: By the names of the theory: the widths `N_1`, ..., `N_a`, or one `N` for all; the
            variances `s_1`, ..., `s_a`, or their product `c`; `n` where the depth is a symbol (then
            `N` and `c`). At zero temperature `P` and `s`; else `temperature`, `eigenvalues` of K_1
            and `projections` of the labels on its eigenvectors, of equal lengths.

    Raises:
        SolveError: A name is unknown, missing, or stands for the same as another; a value is none
            that it can take.
    """
    rest = dict(values)
    for key in rest:
        if key not in valid_names(equation):
            raise SolveError(
                f"scalar numbers: unknown name {shown(key)}{choices(key, valid_names(equation))}"
            )
    widths = _widths(equation, rest)
    prior = _prior(equation, rest)
    temperature = exact("temperature", rest.get("temperature", 0), zero=True)
    if temperature or "eigenvalues" in rest or "projections" in rest:
        return _warm(widths, prior, temperature, rest)
    examples = exact("P", _given(rest, "P"), least=1)
    if examples.denominator != 1:
        raise SolveError(f"scalar numbers: P is {examples}; give a whole number")
    return Numbers(
        widths, prior, temperature, int(examples), exact("s", _given(rest, "s"), zero=True)
    )


def valid_names(equation: ScalarEquation) -> tuple[str, ...]:
    """The names that values can be given for."""
    symbolic = not equation.depth.is_Integer
    own = (
        (str(equation.depth),)
        if symbolic
        else (
            *(w.name for w in equation.widths),
            *sorted(x.name for x in equation.prior.free_symbols),
        )
    )
    return (*own, "N", "c", "P", "s", *SPECTRUM)


def _given(values: Mapping[str, Value], name: str) -> Value:
    if name not in values:
        raise SolveError(f"scalar numbers: {name} has no value; give one")
    return values[name]


def _widths(equation: ScalarEquation, values: Mapping[str, Value]) -> tuple[Fraction, ...]:
    if not equation.depth.is_Integer:
        depth = exact(str(equation.depth), _given(values, str(equation.depth)), least=1)
        if depth.denominator != 1 or depth > 10**6:
            raise SolveError(f"scalar numbers: {equation.depth} is {depth}; give a whole number")
        return (exact("N", _given(values, "N"), least=1),) * int(depth)
    names = [width.name for width in equation.widths]
    own = [name for name in names if name in values]
    if "N" in values and own:
        raise SolveError(
            f"scalar numbers: N stands for every width and {own[0]} for one of them; give one or "
            "the other"
        )
    if "N" in values:
        return (exact("N", values["N"], least=1),) * len(names)
    return tuple(exact(name, _given(values, name), least=1) for name in names)


def _prior(equation: ScalarEquation, values: Mapping[str, Value]) -> Fraction:
    if not equation.depth.is_Integer:
        return exact("c", _given(values, "c"))
    names = sorted(symbol.name for symbol in equation.prior.free_symbols)
    own = [name for name in names if name in values]
    if "c" in values and own:
        raise SolveError(
            f"scalar numbers: c is the product of the variances and {own[0]} one of them; give one "
            "or the other"
        )
    if "c" in values:
        return exact("c", values["c"])
    product = Fraction(1)
    for name in names:
        product *= exact(name, _given(values, name))
    return product


def _warm(
    widths: tuple[Fraction, ...], prior: Fraction, temperature: Fraction, values: Mapping[str, Any]
) -> Numbers:
    for name in ("P", "s"):
        if name in values:
            raise SolveError(
                f"scalar numbers: {name} belongs to zero temperature; with eigenvalues and "
                "projections it is known already: leave it out"
            )
    lists: list[Sequence[Any]] = []
    for name in ("eigenvalues", "projections"):
        try:
            lists.append(list(_given(values, name)))
        except TypeError:
            raise SolveError(f"scalar numbers: {name} is a list of numbers; give one") from None
    kernel, labels = lists
    if not kernel or len(kernel) != len(labels):
        raise SolveError(
            f"scalar numbers: {len(kernel)} eigenvalues and {len(labels)} projections; give one of "
            "each for every example"
        )
    eigenvalues = tuple(exact("an eigenvalue", k, zero=True) for k in kernel)
    squares = tuple(exact("a square", _square(y), zero=True) for y in labels)
    if temperature:
        return Numbers(widths, prior, temperature, len(kernel), None, eigenvalues, squares)
    if 0 in eigenvalues:
        raise SolveError(
            "scalar numbers: the kernel has an eigenvalue 0, and at zero temperature no solution; "
            "give a temperature, or fewer examples than features"
        )
    signal = sum((y / k for k, y in zip(eigenvalues, squares, strict=True)), Fraction(0))
    return Numbers(widths, prior, temperature, len(kernel), signal)


def _square(value: Any) -> Fraction:
    """The square of a number of either sign."""
    text = value[1:] if isinstance(value, str) and value.startswith("-") else value
    size = text if isinstance(text, str) else abs(text)
    return exact("a projection", size, zero=True) ** 2
