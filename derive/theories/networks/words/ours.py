"""What the names of a claim about a network mean: our symbols, functions and quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy

from derive.algebra import build, contains, gradient, substitute
from derive.errors import ClaimError
from derive.theories.networks.derivation import Theory
from derive.theories.networks.nodes import path_kernel, path_projection
from derive.wording import choices, shown

FAMILIES = ("N", "H", "s", "U", "G", "R")
"""Letters that may have an index in brackets."""
GROUPS = ("heads", "widths", "variances")
"""Words for all parameters of a kind, in conditions."""

Names = dict[str, Any]
"""Our name to its SymPy expression."""


@dataclass(frozen=True, eq=False)
class PathFunction:
    """A function of square matrices of one size.

    Attributes:
        size: Rows and columns of its argument.
        make: The linear map.
        scale: A number in front of it.
    """

    size: Any
    make: Callable[[Any], Any]
    scale: Any = sympy.S.One

    def __call__(self, matrix: Any) -> Any:
        """Its value."""
        return build.scale(self.scale, self.make(matrix))


@dataclass(frozen=True, eq=False)
class Ours:
    """The theory of a network under the conditions of a claim.

    For a chain the order parameters are in the papers' normalisation, U_l and u_a; the overlaps
    G_l of the streams are there for every network.

    Attributes:
        theory: As derived; no condition is in it.
        assumed: Parameters to what the claim assumes them to be, in the parameters left free.
    """

    theory: Theory
    assumed: Mapping[Any, Any] = field(default_factory=dict)

    @cached_property
    def parameters(self) -> Names:
        """Sizes, variances and temperature; conditions are not looked at."""
        notation = self.theory.notation
        weights, streams = notation.graph.weights, notation.streams()
        parameters: Names = {"N_0": notation.features, "P": notation.examples}
        parameters["Pstar"] = notation.data(test=True).examples
        parameters["temperature"] = notation.temperature
        parameters |= {f"N_{s.name}": notation.width(s.index) for s in streams}
        parameters |= {f"s_{notation.letter(w.index)}": notation.variance(w.index) for w in weights}
        parameters |= {
            f"H_{notation.letter(w.index)}": notation.heads(w.index)
            for w in weights
            if w.below is not None and (w.above is not None or w.branched)
        }
        # The papers count on: N_a is N_{L+1}, s_a is s_{L+1}.
        parameters[f"N_{len(streams)}"] = notation.width(streams[-1].index)
        parameters[f"s_{len(weights) - 1}"] = notation.variance(weights[-1].index)
        return parameters

    def group(self, name: str) -> tuple[Any, ...]:
        """The parameters that "heads", "widths" or "variances" stand for."""
        letter = {"heads": "H_", "widths": "N_", "variances": "s_"}[name]
        names = {s: n for n, s in self.parameters.items() if n.startswith(letter) and n != "N_0"}
        return tuple(symbol for symbol in names if symbol.is_Symbol)

    @cached_property
    def scale(self) -> Any:
        """prod_l H_l for a chain, the papers' factor between U_1 and G_1; else 1."""
        chain = self.theory.chain
        return chain.scales[0] if chain is not None else sympy.S.One

    @cached_property
    def overlaps(self) -> Names:
        """Order parameters by name; a number has a capital and a small letter."""
        notation, chain = self.theory.notation, self.theory.chain
        overlaps: Names = {}
        for stream in notation.streams():
            overlaps[f"G_{stream.name}"] = notation.overlap(stream.index)
            if chain is not None:
                symbol = chain.overlaps[stream.index]
                for letter in ("U", "u") if symbol.shape[0] == 1 else ("U",):
                    overlaps[f"{letter}_{stream.name}"] = symbol
                    overlaps[f"{letter}_{stream.index + 1}"] = symbol
        return {name: self.under(symbol) for name, symbol in overlaps.items()}

    @cached_property
    def fluxes(self) -> tuple[tuple[Any, Any], ...]:
        """(R_s, what it stands for) of every stream that was eliminated, the lowest first."""
        chain = self.theory.chain
        equations = self.theory.equations if chain is None else chain.equations
        named = [e for e in equations if e.flux is not None]
        return tuple((self.under(e.flux), self.under(e.flux_value)) for e in named)

    @property
    def lowest(self) -> Any:
        """The order parameter that the labels see: U_1 of a chain, else G_1."""
        chain = self.theory.chain
        return self.under(self.theory.notation.overlap(0) if chain is None else chain.overlaps[0])

    @cached_property
    def energy(self) -> Any:
        """E, as a function of the lowest order parameter."""
        if self.theory.chain is None:
            return self.under(self.theory.energy)
        bottom = self.theory.notation.overlap(0)
        scaled = build.scale(1 / self.scale, self.theory.chain.overlaps[0])
        return self.under(substitute(self.theory.energy, {bottom: scaled}))

    def names(self) -> Names:
        """Every name that an expression may use, under the conditions of the claim."""
        notation = self.theory.notation
        names = {name: self.under(symbol) for name, symbol in self.parameters.items()}
        names |= self.overlaps
        names["G_bottom"] = self.under(notation.bottom())
        names["y"] = self.under(notation.labels())
        names["E"], names["dE"] = self.energy, gradient(self.energy, self.lowest)
        if notation.outputs() != 1:
            names["O"] = names["outputs"] = notation.outputs()  # what is printed is read too
        names["L"] = sympy.Integer(len(notation.streams()) - 1)
        for flux, _ in self.fluxes:
            for letter in ("R", "r") if flux.shape[0] == 1 else ("R",):
                names[f"{letter}_{flux.name.partition('_')[2]}"] = flux
        return names

    def families(self) -> dict[str, dict[int, Any]]:
        """What an index in brackets reaches: U[1] is U_1, U[L + 1] is u_a."""
        names = self.names()
        last = len(self.theory.notation.streams())
        families: dict[str, dict[int, Any]] = {}
        for name, symbol in names.items():
            letter, _, index = name.partition("_")
            if letter in FAMILIES and (index.isdigit() or index == "a"):
                families.setdefault(letter, {})[last if index == "a" else int(index)] = symbol
        return families

    def functions(self) -> dict[str, PathFunction]:
        """Kernels of paths, as functions of overlaps."""
        notation = self.theory.notation
        train, test = self.under(notation.data()), self.under(notation.data(test=True))
        scale = self.under(notation.variance(0) / (notation.features * self.scale))

        def kernel(left: Any, right: Any) -> Callable[[Any], Any]:
            return lambda overlap: path_kernel(overlap, left, right)

        kernels: dict[str, PathFunction] = {}
        for mark, sets in (
            ("", (train, train)),
            ("star", (test, train)),
            ("starstar", (test, test)),
        ):
            bare, suffix = kernel(*sets), f"_{mark}" if mark else ""
            kernels[f"path_kernel{suffix}"] = PathFunction(train.paths, bare)
            kernels[f"K{mark}"] = PathFunction(train.paths, bare, scale)
        kernels["path_projection"] = PathFunction(
            train.examples, lambda matrix: path_projection(matrix, train, train)
        )
        return kernels

    def target(self, about: str) -> Any:
        """Our own expression for what a claim is about.

        Mean and variance are given the overlaps; the variance is a matrix over test examples.
        """
        theory, chain = self.theory, self.theory.chain
        predictor = theory.predictor
        if about == "action":
            return self.under(theory.action if chain is None else chain.action)
        if about == "kernel":
            temperature = build.scale(
                -theory.notation.temperature, sympy.Identity(theory.notation.examples)
            )
            return self._rescaled(build.add(predictor.covariance, temperature))
        if about == "mean":
            return self._rescaled(predictor.mean)
        explained = build.mul(
            predictor.kernel, build.inv(predictor.covariance), build.transpose(predictor.kernel)
        )
        return self._rescaled(build.subtract(predictor.own_kernel, explained))

    def order_parameter(self, name: str) -> Any:
        """The order parameter of a claim about a saddle-point equation.

        Raises:
            ClaimError: The network has none of that name.
        """
        if name in self.overlaps:
            return self.overlaps[name]
        why = ""
        if self.theory.chain is None and name[:1] in "Uu":
            why = " (U_l is the papers' normalisation, for chains)"
        raise ClaimError(
            f"about: the network has no order parameter {shown(name)}{why}"
            f"{choices(name, self.overlaps)}"
        )

    def under(self, expression: Any) -> Any:
        """An expression under the conditions of the claim."""
        present = {old: new for old, new in self.assumed.items() if contains(expression, {old})}
        return substitute(expression, present) if present else expression

    def _rescaled(self, expression: Any) -> Any:
        """An expression in the overlaps of the lowest stream, in those of the papers."""
        if self.theory.chain is None:
            return self.under(expression)
        scaled = build.scale(1 / self.scale, self.theory.chain.overlaps[0])
        return self.under(substitute(expression, {self.theory.notation.overlap(0): scaled}))


def require_parameter(name: str, valid: Iterable[str]) -> None:
    """Raise ClaimError unless a condition is about a parameter of the network."""
    valid = tuple(valid)
    if name not in valid:
        raise ClaimError(
            f"assume.{name}: the network has no parameter {shown(name)}{choices(name, valid)}"
        )
