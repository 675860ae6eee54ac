"""The words for laws in a description, read and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import sympy

from derive.errors import DescriptionError
from derive.theories.disorder.description.language import read
from derive.theories.disorder.description.laws import (
    Density,
    Discrete,
    GaussBernoulli,
    Gaussian,
    Law,
    Regulariser,
    Spherical,
)
from derive.wording import choices, shown

SIGNS = (sympy.Integer(-1), sympy.Integer(1))
NAMES = ("binary", "gaussian", "spherical", "gauss-bernoulli")
HEADS = {
    "values": ("values", "weights"),
    "gaussian": ("gaussian",),
    "gauss-bernoulli": ("gauss-bernoulli", "variance"),
    "density": ("density",),
    "regulariser": ("regulariser",),
}
"""The key that says which law a table is, to its keys."""
ON_SPHERE = (
    "spherical sites take no regulariser: sum_i x_i^2 = N already fixes what one would weigh; "
    'leave one of the two out, or write variable = "gaussian"'
)


def law_of(given: Any, symbol: Any, where: str, *, is_attribute: bool = False) -> Law:
    """A law from its words.

    Args:
        given: A name, a table, or a law.
        symbol: The variable or the attribute, in whose symbol densities are written.
        where: What to call the words in messages.
        is_attribute: Whether the law is a probability.

    Raises:
        DescriptionError: There is no such law.
    """
    law = given if isinstance(given, get_args(Law)) else _from_words(given, where, is_attribute)
    if is_attribute and isinstance(law, Spherical | Regulariser):
        kind = "spherical" if isinstance(law, Spherical) else "a regulariser"
        raise DescriptionError(
            f"{where}: {kind} is no law of an attribute; write gaussian, of the same second moment"
        )
    return _exact(law, symbol, where)


def _exact(law: Any, symbol: Any, where: str) -> Law:
    """The law with what stands in it read, and its density in the given symbol."""
    if isinstance(law, Discrete):
        return _discrete(law, where)
    if isinstance(law, Gaussian):
        return Gaussian(read(law.variance, f"{where}.variance"))
    if isinstance(law, GaussBernoulli):
        density = read(law.density, f"{where}.density")
        return GaussBernoulli(density, read(law.variance, f"{where}.variance"))
    if isinstance(law, Density | Regulariser):
        key = "density" if isinstance(law, Density) else "regulariser"
        return replace(law, expression=read(law.expression, f"{where}.{key}"), symbol=symbol)
    return Spherical()


def _discrete(law: Discrete, where: str) -> Discrete:
    values, weights = (_all(getattr(law, key), f"{where}.{key}") for key in ("values", "weights"))
    if len(values) != len(weights):
        raise DescriptionError(
            f"{where}.weights: {len(weights)} of them for {len(values)} values; give one for each"
        )
    if len({*values}) < len(values):
        raise DescriptionError(f"{where}.values: one is there twice; add its weights")
    return Discrete(values, weights)


def _from_words(given: Any, where: str, is_attribute: bool) -> Any:
    if isinstance(given, Mapping):
        return _from_table(given, where, is_attribute)
    if given == "binary":
        return Discrete(SIGNS, _weights(SIGNS, is_attribute))
    if given == "gaussian":
        return Gaussian()
    if given == "spherical":
        return Spherical()
    if given == "gauss-bernoulli":
        return GaussBernoulli()
    tables = ", ".join(f"{{{head} = ...}}" for head in HEADS)
    raise DescriptionError(f"{where}: {shown(given)} is no law{choices(given, NAMES)}, {tables}")


def _from_table(table: Mapping[str, Any], where: str, is_attribute: bool) -> Any:
    if "spherical" in table:
        extra = "regulariser" in table
        raise DescriptionError(
            f"{where}: {ON_SPHERE if extra else 'write it as a word, spherical'}"
        )
    heads = [head for head in HEADS if head in table]
    if len(heads) != 1:
        raise DescriptionError(f"{where}: {_which(heads, table)}")
    (head,) = heads
    for key in table:
        if key not in HEADS[head]:
            known = choices(key, HEADS[head])
            raise DescriptionError(f"{where}: unknown key {shown(key)} beside {head}{known}")
    if head == "values":
        values = _all(table["values"], f"{where}.values")
        return Discrete(values, table.get("weights", _weights(values, is_attribute)))
    if head == "gauss-bernoulli":
        return GaussBernoulli(table[head], table.get("variance", sympy.S.One))
    made: Any = {"gaussian": Gaussian, "density": Density, "regulariser": Regulariser}[head]
    return made(table[head])


def _which(heads: list[str], table: Mapping[str, Any]) -> str:
    if heads:
        return f"it has {' and '.join(heads)}; a law is one of them, leave the others out"
    word = next(iter(table), "")
    return f"no law has the key {shown(word)}{choices(word, HEADS)}" if word else "an empty table"


def _weights(values: Sequence[Any], is_attribute: bool) -> tuple[Any, ...]:
    """One a value, or equal probabilities."""
    return (sympy.Rational(1, len(values)) if is_attribute else sympy.S.One,) * len(values)


def _all(given: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(given, list | tuple) or not given:
        told = shown(given) if given else "nothing"
        raise DescriptionError(f"{where}: {told} where a list is due; write [-1, 0, 1]")
    return tuple(read(value, f"{where}[{k}]") for k, value in enumerate(given, start=1))


def words_of(law: Law, *, is_attribute: bool = False) -> str | dict[str, Any]:
    """The words that `law_of` reads back, with expressions as they are.

    >>> words_of(Discrete(SIGNS, (sympy.S.One, sympy.S.One))), words_of(Gaussian(sympy.Integer(2)))
    ('binary', {'gaussian': 2})
    """
    if isinstance(law, Discrete):
        if law.weights == _weights(law.values, is_attribute):
            return "binary" if law.values == SIGNS else {"values": law.values}
        return {"values": law.values, "weights": law.weights}
    if isinstance(law, Gaussian):
        return "gaussian" if law.variance == 1 else {"gaussian": law.variance}
    if isinstance(law, GaussBernoulli):
        return {"gauss-bernoulli": law.density, "variance": law.variance}
    if isinstance(law, Spherical):
        return "spherical"
    return {type(law).__name__.lower(): law.expression}
