"""One instance of a network: its sizes, parameters and data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy

from derive.algebra.arithmetic import Arithmetic
from derive.evidence.numbers import Array, Numbers
from derive.theories.networks.checks.sample import Sample
from derive.theories.networks.words.conditions import Conditions, Parameters
from derive.theories.networks.words.ours import Ours


@dataclass(frozen=True, eq=False)
class Instance:
    """Sizes, parameters and data of a network.

    Attributes:
        ours: The theory.
        sample: The numbers.
        arithmetic: Of everything that is worked out from them.
    """

    ours: Ours
    sample: Sample
    arithmetic: Arithmetic

    def numbers(self, overlaps: Sequence[Array]) -> Numbers:
        """A number or an array for every symbol, at given G_s, the lowest stream first."""
        theory = self.ours.theory
        numbers = dict(self.sample.numbers())
        values = dict(
            zip(theory.order_parameters, map(self.arithmetic.array, overlaps), strict=True)
        )
        if theory.chain is not None:
            scales = (int(scale.xreplace(_sizes(numbers))) for scale in theory.chain.scales)
            pairs = zip(theory.chain.overlaps, scales, values.values(), strict=True)
            values |= {symbol: scale * overlap for symbol, scale, overlap in list(pairs)}
        numbers |= values
        # The same symbols may have sizes that the claim assumes.
        numbers |= {self.ours.under(symbol): numbers[symbol] for symbol in list(numbers)}
        return {
            key: value for key, value in numbers.items() if not getattr(key, "is_number", False)
        }

    def wider(self, factor: int, name: str) -> Instance:
        """The same with one width multiplied, or all of them where the name is N."""
        streams = self.ours.theory.notation.streams()
        widths = tuple(
            width * factor if name in ("N", f"N_{stream.name}") else width
            for stream, width in zip(streams, self.sample.widths, strict=True)
        )
        return replace(self, sample=replace(self.sample, widths=widths))

    def meets_conditions(self) -> bool:
        """Whether the numbers are those that the claim assumes."""
        numbers = self.sample.numbers()
        exact = {
            s: sympy.Rational(str(numbers[s]))
            for s in self.ours.parameters.values()
            if s in numbers
        }
        return all(
            exact[symbol] == expression.xreplace(exact)
            for symbol, expression in self.ours.assumed.items()
        )

    def shown(self) -> dict[str, str]:
        """Sizes and parameters by name, for an answer."""
        numbers = self.sample.numbers()
        names = {s: n for n, s in reversed(self.ours.parameters.items()) if s in numbers}
        return {names[s]: str(numbers[s]) for s in reversed(names)}


def _sizes(numbers: Numbers) -> dict[Any, Any]:
    return {key: value for key, value in numbers.items() if getattr(key, "is_integer", False)}


def sample_of(
    conditions: Conditions, parameters: Parameters, array: Callable[..., Array]
) -> Sample:
    """A sample with given parameters.

    Args:
        conditions: Of the claim.
        parameters: All of them.
        array: Draws data of a shape.
    """
    notation = conditions.ours.theory.notation
    heads = conditions.counts(parameters)
    paths = notation.graph.block_size(0, heads)
    examples, features = parameters[notation.examples], parameters[notation.features]
    tests = parameters[notation.data(test=True).examples]
    return Sample(
        notation=notation,
        heads=heads,
        widths=tuple(int(parameters[notation.width(s.index)]) for s in notation.streams()),
        variances=tuple(parameters[notation.variance(w.index)] for w in notation.graph.weights),
        temperature=parameters[notation.temperature],
        attended=array(examples, features, paths),
        labels=array(examples),
        attended_test=array(tests, features, paths),
    )
