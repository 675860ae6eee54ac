"""Rule 4: the proportional limit; what grows like the width is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build, contains, rebuild
from derive.algebra.kinds import Node, Scalar
from derive.algebra.nodes import LogDet, LogMultigamma
from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.state import State


@dataclass(frozen=True)
class Proportional:
    """log density = -action/2 + constant + dropped + (what Stirling's formula drops).

    Attributes:
        action: S, twice the negative log density at leading order.
        constant: The extensive part that depends on sizes alone.
        dropped: The part of the log density that does not grow.
        energy: E, the part of S that the labels bring.
    """

    action: Any
    constant: Any
    dropped: Any
    energy: Any


def label_energy(state: State) -> tuple[Any, Any]:
    """Twice the negative log density of the labels, written out, and its constant."""
    law = find_normal(state.body, state.notation.labels())
    labels, mean, covariance = law.args
    if contains(mean, {state.notation.tensor(0)}):
        raise RuleError("the labels are not centred; integrate the input weights first")
    rest = build.subtract(labels, mean)
    square = build.mul(rest, build.transpose(rest))
    energy = build.logdet(covariance) + build.trace(build.mul(build.inv(covariance), square))
    return energy, -build.rows(labels) * sympy.log(2 * sympy.pi) / 2


def proportional_limit(state: State) -> Proportional:
    r"""Keep what grows like N when N, P go to infinity together.

    .. math:: \tfrac{N-m-1}{2}\ln\det G \to \tfrac N2 \ln\det G, \qquad
              \ln\Gamma_m(N/2) \to \tfrac{Nm}{2}\left(\ln\tfrac N2 - 1\right)

    also where the overlaps are those of N - 1 components.

    The labels' part is kept whole: it is a sum over P ~ N examples.

    Raises:
        RuleError: Weights or vectors are left in the density.
    """
    notation = state.notation
    if state.weights or len(state.overlaps) != len(notation.streams()):
        raise RuleError("the proportional limit needs a density of overlaps alone")
    energy, label_constant = label_energy(state)
    rest = expand(state.body - find_normal(state.body, notation.labels()))
    kept, dropped = _by_growth(rest, notation)
    volume = expand(_stirling(_wide(state)), logs=True)
    return Proportional(
        action=-2 * kept + energy, constant=volume + label_constant, dropped=dropped, energy=energy
    )


def _by_growth(rest: Any, notation: Any) -> tuple[Any, Any]:
    widths = {notation.width(stream.index) for stream in notation.streams()}
    kept: list[Any] = []
    dropped: list[Any] = []
    for term in sympy.Add.make_args(rest):
        (kept if _extensive(term, widths) else dropped).append(term)
    return sympy.Add(*kept), sympy.Add(*dropped)


def _extensive(term: Any, widths: set[Any]) -> bool:
    """Whether a term of an expanded log density is proportional to a width."""
    numbers = [f for f in sympy.Mul.make_args(term) if not contains_matrix(f)]
    return any(contains(factor, widths) for factor in numbers)


def contains_matrix(factor: Scalar) -> bool:
    """Whether a factor is made from matrices, in whose shapes the widths do not count."""
    return isinstance(factor, sympy.Trace | LogDet)


def _wide(state: State) -> Any:
    """The constant with N in the place of N - 1, the dimensions across the projections."""
    notation = state.notation
    if not notation.has_mean:
        return state.constant
    width = notation.width(0)
    return rebuild(state.constant, {width - 1: width, (width - 1) / 2: width / 2}.get)


def _stirling(constant: Scalar) -> Any:
    def replace(node: Node) -> Any:
        if type(node) is LogMultigamma:
            half, count = node.args
            return count * half * (sympy.log(half) - 1)
        return None

    return rebuild(constant, replace)
