"""The theory by sectors as functions of numbers, compiled from its expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from scipy import linalg

from derive.algebra import build, gradient, substitute
from derive.programs.program import Program
from derive.programs.runtime import linear
from derive.theories.networks.analysis.exchangeable.reduce import Reduced
from derive.theories.networks.analysis.exchangeable.stability import work
from derive.theories.networks.module.names import network_program
from derive.theories.networks.module.runtime import paths

Blocks = tuple[np.ndarray, ...]
"""A positive definite matrix for every unknown; 1 x 1 for a number."""
Numbers = dict[str, Any]
"""Sizes, variances, kernels of sectors, labels, by name."""


@dataclass(frozen=True)
class ReducedFunctions:
    """What a minimiser needs of a theory by sectors.

    Attributes:
        action_and_gradient: From blocks and numbers to S and dS/d(block).
        hessian_product: From blocks, directions and numbers to changes of the gradient.
    """

    action_and_gradient: Callable[[Blocks, Numbers], tuple[float, Blocks]]
    hessian_product: Callable[[Blocks, Blocks, Numbers], Blocks]

    @classmethod
    def of(cls, result: Reduced) -> ReducedFunctions:
        """Compile a theory by sectors."""
        renamed = {u.symbol: _renamed(u.symbol) for u in result.unknowns}
        symbols = list(renamed.values())
        action = substitute(result.action, renamed)
        slopes = [gradient(action, symbol) for symbol in symbols]
        steps = [_renamed(symbol, "step_") for symbol in symbols]
        along = sympy.Add(*map(work, slopes, steps))
        bent = [gradient(along, symbol) for symbol in symbols]
        first = _compiled([action, *slopes], [(symbols, "blocks")])
        second = _compiled(bent, [(symbols, "blocks"), (steps, "steps")])

        def action_and_gradient(blocks: Blocks, numbers: Numbers) -> tuple[float, Blocks]:
            value, *matrices = first(numbers, blocks)
            return float(value), _matrices(matrices)

        def hessian_product(blocks: Blocks, steps: Blocks, numbers: Numbers) -> Blocks:
            return _matrices(second(numbers, blocks, steps))

        return cls(action_and_gradient, hessian_product)


def _matrices(values: Sequence[Any]) -> Blocks:
    return tuple(np.array(value, dtype=float, ndmin=2) for value in values)


def _renamed(symbol: Any, before: str = "") -> Any:
    """The same unknown, under a name that Python takes."""
    name = before + symbol.name.replace(",", "_")
    if getattr(symbol, "is_Matrix", False):
        return build.overlap(name, symbol.shape[0])
    return sympy.Symbol(name, real=True) if before else sympy.Symbol(name, positive=True)


CALLED = vars(linear) | vars(paths)
"""What printed code calls."""


def _compiled(results: list[Any], groups: list[tuple[list[Any], str]]) -> Callable[..., list[Any]]:
    """A function of the numbers by name, and of one tuple of blocks for each group of symbols."""
    program = network_program(results, reserved=("numbers", "blocks", "steps", *CALLED))
    names = {name for _, name in groups}
    grouped = {symbol for symbols, _ in groups for symbol in symbols}
    lines = [f"def run(numbers, {', '.join(name for _, name in groups)}):"]
    for symbols, group in groups:
        for place, symbol in enumerate(symbols):
            end = "" if getattr(symbol, "is_Matrix", False) else ".item()"
            lines.append(f"    {symbol.name} = {group}[{place}]{end}")
    lines += _unpacked(program, grouped)
    lines += [f"    {assignment.name} = {assignment.code}" for assignment in program.assignments]
    lines.append(f"    return [{', '.join(program.results)}]")
    space: dict[str, Any] = {**CALLED, "np": np, "linalg": linalg, "log": math.log}
    exec("\n".join(lines), space)  # our own text, printed from derived expressions
    assert not names & {symbol.name for symbol in grouped}
    run: Callable[..., list[Any]] = space["run"]
    return run


def _unpacked(program: Program, grouped: set[Any]) -> list[str]:
    lines = []
    for symbol in sorted(program.symbols - grouped, key=str):
        name = "labels" if symbol.name == "y" else symbol.name
        lines.append(f"    {name} = numbers[{symbol.name!r}]")
    return lines
