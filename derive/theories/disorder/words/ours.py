"""What a theory says of a model, as a function of order parameters and conjugates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from derive.errors import DescriptionError
from derive.evidence.verdict import Unsettled
from derive.theories.disorder.derivation import Derivation
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.module.build import Builder, module_of, named

PLAIN = ("free entropy", "entropy", "energy", "replicon")
"""What every claim may be about, beside equations and observables."""
SADDLE = "at the saddle"
"""What is claimed at the saddle point alone."""


class Everything(Builder):
    """Writes a module with one more function: all of a theory at free conjugates."""

    def _results(self) -> dict[str, Any]:
        saddle = {**self.theory.saddle.conjugates, **self.theory.saddle.parameters}
        bound = {*self.theory.fixed} - {s for s in self.theory.fixed if self._is_sphere(s)}
        equations = {f"saddle_{s.name}": v for s, v in saddle.items() if s not in bound}
        multipliers = {f"multiplier_{s.name}": v for s, v in self.theory.multipliers.items()}
        return super()._results() | equations | multipliers

    def _is_sphere(self, parameter: Any) -> bool:
        """Whether a parameter is fixed by the multiplier of a constraint."""
        squares = [s for s in self.overlaps.squares if s.diagonal == parameter]
        return any(square.conjugates[0] in self.theory.multipliers for square in squares)

    def parts(self) -> list[str]:
        """The texts of all functions."""
        return [*super().parts(), self._everything()]

    def _everything(self) -> str:
        given = [*self.unknown, *conjugates_of(self.theory), *self.parameters]
        lines = [
            "def everything(given, refine=1):",
            '    """The theory at order parameters, conjugates and parameters."""',
            self._unpack("given", given),
            *(f"    {s.name} = {value}" for s, value in self.theory.fixed.items()),
            *self._lines(self.results, {s.name for s in (*given, *self.theory.fixed)}, full=True),
            f"    return {named(list(self.results))}",
        ]
        return "\n".join(lines)


def conjugates_of(theory: Theory) -> list[Any]:
    """The conjugates on which the free entropy depends."""
    return [s for s in theory.overlaps.conjugates if s in theory.free_entropy.free_symbols]


class Ours:
    """The theory of a model, in numbers.

    Args:
        derivation: Of the model.
    """

    def __init__(self, derivation: Derivation) -> None:
        self.model, self.theory = derivation.model, derivation.theory
        theory = self.theory
        self.orders = [p for p in theory.overlaps.parameters if p not in theory.fixed]
        self.conjugates = conjugates_of(theory)
        self.parameters = sorted(self.model.free(), key=lambda s: s.name)
        equations = {**theory.saddle.conjugates, **theory.saddle.parameters}
        self.equations = {
            s: e for s, e in equations.items() if s in (*self.orders, *self.conjugates)
        }
        self.abouts = {word: word.replace(" ", "_") for word in PLAIN}
        if theory.energy is None:
            del self.abouts["energy"]
        self.abouts |= {name: f"observable_{name}" for name in theory.observables}

    @cached_property
    def module(self) -> Any:
        """The module that works it out."""
        return module_of(self.theory, Everything).load()

    def symbols_of(self, about: str) -> set[Any]:
        """On what a result depends."""
        theory = self.theory
        if about == "replicon":
            return set(theory.replicon.free_symbols)
        equations = {f"saddle {s.name}": e for s, e in self.equations.items()}
        plain = {
            "free entropy": theory.free_entropy,
            "entropy": theory.entropy,
            "energy": theory.energy,
        }
        return set({**theory.observables, **equations, **plain}[about].free_symbols)

    @property
    def ratios(self) -> set[Any]:
        """Parameters that are numbers of examples or of sites."""
        counted: tuple[Any, ...] = (*self.model.examples, *self.model.sites)
        return {each.ratio for each in counted if each.ratio.is_Symbol}

    def is_model(self, parameters: Mapping[Any, float]) -> bool:
        """Whether the description holds with some parameters."""
        try:
            with np.errstate(all="ignore"):
                replace(self.model, parameters={s.name: v for s, v in parameters.items()})
        except DescriptionError:
            return False
        return True

    @property
    def symbols(self) -> list[Any]:
        """All on which something may depend."""
        return [*self.orders, *self.conjugates, *self.parameters]

    def everything(self, point: Mapping[Any, float], refine: int = 1) -> dict[str, float]:
        """All results at one point, by name.

        Raises:
            Unsettled: They have no value there.
        """
        given = [np.float64(point[s]) for s in self.symbols]
        try:
            with np.errstate(all="ignore"):
                found = dict(self.module.everything(given, refine))
        except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
            raise Unsettled(f"ours has no value at a point ({error})") from None
        found["replicon"] = self._replicon(found)
        return {name: float(np.asarray(v, dtype=float)) for name, v in found.items()}

    def _replicon(self, found: Mapping[str, Any]) -> float:
        count = range(self.theory.replicon.shape[0])
        matrix = np.array([[float(found[f"replicon_{r}{c}"]) for c in count] for r in count])
        if not np.isfinite(matrix).all():
            return float("nan")
        return 1 - float(np.max(np.linalg.eigvals(matrix).real))

    def at(self, about: str, point: Mapping[Any, float]) -> tuple[float, float]:
        """A result at one point, and how well it is known.

        Raises:
            Unsettled: It has no value there.
        """
        coarse, fine = (self.everything(point, refine)[about] for refine in (1, 2))
        if not np.isfinite([coarse, fine]).all():
            raise Unsettled("ours has no value at a point")
        return fine, abs(fine - coarse)

    def own_conjugates(self, point: Mapping[Any, float], kept: set[Any]) -> dict[Any, float]:
        """The conjugates that their own equations give, but for those that are kept."""
        multipliers, result = set(self.theory.multipliers), dict(point)
        wanted = set(self.conjugates) - kept
        for head, those in (("saddle", wanted - multipliers), ("multiplier", wanted & multipliers)):
            found = self.everything({**self._anywhere(), **result}, 2) if those else {}
            result |= {s: found[f"{head}_{s.name}"] for s in those}
        return result

    def own_orders(self, point: Mapping[Any, float], kept: set[Any]) -> dict[Any, float]:
        """The order parameters that their own equations give, but for those that are kept."""
        found = self.everything({**self._anywhere(), **point}, 2)
        return dict(point) | {s: found[f"saddle_{s.name}"] for s in self.orders if s not in kept}

    def _anywhere(self) -> dict[Any, float]:
        """Order parameters and conjugates that stand where nothing asked for depends on them."""
        squares = self.theory.overlaps.squares
        large = {s for square in squares for s in (square.diagonal, *square.conjugates)}
        return {s: 0.9 if s in large else 0.1 for s in (*self.orders, *self.conjugates)}
