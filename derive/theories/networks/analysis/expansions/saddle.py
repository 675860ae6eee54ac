r"""The saddle point in powers of 1/N: its equations, solved order by order.

With Sigma_s the prior covariance of a stream given the overlaps above it, the gradients vanish if

.. math:: G_s = \Sigma_s + Z_s, \qquad Z_s = \Sigma_s \Phi_s G_s / N_s

.. math:: \Phi_s = -E'\,[s = 1] + \sum_W \frac{\partial}{\partial G_s}\mathrm{tr}(Y_W \Sigma_W),
          \qquad Y_W = \left[\Phi_s + \Phi_s G_s \Phi_s / N_s\right]_W

Each order of these is linear response to what the orders below it leave over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.algebra import build, contains, gradient, normal, substitute
from derive.algebra.kinds import Expression, Matrix, Size
from derive.algebra.scalars import expand
from derive.algebra.series import Series, taylor
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.response import Name, forces, shifts
from derive.theories.networks.derivation.theory import Theory


def of_order(name: str, order: int) -> str:
    """The name of a coefficient: that of 1/N^order in the series of what has the name."""
    return f"{name}_order{order}"


def matrix(name: str, order: int, size: Size) -> Any:
    """The symbol of a coefficient that is a symmetric matrix."""
    return build.overlap(of_order(name, order), size)


def force(order: int) -> Name:
    """Y_W of one order."""

    def name(notation: Notation, weight: int) -> Any:
        return matrix(f"Y_{notation.letter(weight)}", order, notation.block_size(weight))

    return name


def shift(order: int) -> Name:
    """D of one order: that of the overlaps of a stream's vectors down to those of a weight."""

    def name(notation: Notation, weight: int) -> Any:
        size = notation.block_start(weight) + notation.block_size(weight)
        return matrix(f"D_{notation.letter(weight)}", order, size)

    return name


@dataclass
class Orders:
    """The series of every quantity, as far as they are known, in names defined in order.

    Attributes:
        theory: What is expanded.
        definitions: (name, value), in order.
        overlaps: For each stream the coefficients of G_s.
        innovations: Those of Z_s = G_s - Sigma_s.
        forces: Those of Phi_s.
        covariance: Those of C, the covariance of the labels.
        kernel: Those of K_*, between test and training examples.
    """

    theory: Theory
    definitions: list[tuple[Any, Any]] = field(default_factory=list)
    overlaps: list[list[Any]] = field(default_factory=list)
    innovations: list[list[Any]] = field(default_factory=list)
    forces: list[list[Any]] = field(default_factory=list)
    covariance: list[Any] = field(default_factory=list)
    kernel: list[Any] = field(default_factory=list)

    @property
    def notation(self) -> Notation:
        """The symbols."""
        return self.theory.notation

    def paths(self) -> dict[Any, Series]:
        """The series along which an expression of the lowest overlaps is expanded."""
        return kernel_paths(self.theory, self.overlaps[0], self.covariance, self.kernel)

    def define(self, symbol: Any, value: Expression) -> Any:
        """Name a value, by the name that it has already if it has one."""
        for known, earlier in self.definitions:
            if earlier == value:
                return known
        if value.is_symbol:
            return value
        self.definitions.append((symbol, value))
        return symbol


def kernel_paths(
    theory: Theory, bottom: Sequence[Any], covariance: Sequence[Any], kernel: Sequence[Any]
) -> dict[Any, Series]:
    """The path of the lowest overlaps, and with it those of C and K_*, by their names.

    The kernel stands in products with its number taken out: it is found without it.
    """
    number, (bare,) = build.split(theory.predictor.kernel)
    named = tuple(build.scale(1 / number, value) for value in kernel)
    return {
        theory.order_parameters[0]: tuple(bottom),
        theory.predictor.covariance: tuple(covariance),
        bare: named,
        build.transpose(bare): tuple(map(build.transpose, named)),
    }


def kernel_names(theory: Theory, suffix: str) -> tuple[Any, Any]:
    """The symbols of a coefficient of C and of one of K_*."""
    notation = theory.notation
    test = notation.data(test=True).examples
    covariance = build.overlap(f"C_{suffix}", notation.examples)
    return covariance, build.matrix_symbol(f"Kstar_{suffix}", test, notation.examples)


def expand_overlaps(theory: Theory, order: int) -> Orders:
    """The coefficients of the overlaps, up to an order in 1/N at fixed P."""
    orders = Orders(theory, list(theory.wide.points))
    notation, point = theory.notation, theory.wide.overlaps
    for g in point:
        orders.overlaps.append([g])
        orders.innovations.append([build.scale(0, g)])
        orders.forces.append([])
    at = {notation.overlap(0): point[0]}
    _name_kernels(orders, "inf", *(substitute(value, at) for value in _kernels(theory)))
    for k in range(1, order + 1):
        _add_forces(orders, k - 1)
        _add_shifts(orders, k)
    return orders


def _add_forces(orders: Orders, order: int) -> None:
    """Phi_s and Y_W of one order: what the labels exert, and what is handed up."""
    theory, notation = orders.theory, orders.notation
    slope = gradient(theory.energy, notation.overlap(0))
    label = _coefficient(build.scale(-1, slope), orders.paths(), order)
    source = orders.define(matrix("Y_y", order, build.rows(label)), label)
    beside = {}
    for stream in notation.streams() if order > 0 else ():
        phi, g, _ = _stream_symbols(notation, stream.index)
        square = build.scale(1 / notation.width(stream.index), build.mul(phi, g, phi))
        paths = _stream_paths(orders, stream.index)
        beside[stream.index] = _coefficient(square, paths, order - 1)
    assignments, totals = forces(theory.law, {0: source}, force(order), beside)
    # A force with the value of another keeps its own name here: others refer to it.
    orders.definitions += assignments
    for stream in notation.streams():
        name = matrix(f"F_{stream.name}", order, notation.vectors_count(stream.index))
        orders.forces[stream.index].append(orders.define(name, totals[stream.index]))


def _add_shifts(orders: Orders, order: int) -> None:
    """Z_s and G_s of one order."""
    notation = orders.notation
    for stream in notation.streams():
        phi, g, sigma = _stream_symbols(notation, stream.index)
        value = build.scale(1 / notation.width(stream.index), build.mul(sigma, phi, g))
        value = _coefficient(value, _stream_paths(orders, stream.index), order - 1)
        name = matrix(f"Z_{stream.name}", order, notation.vectors_count(stream.index))
        orders.innovations[stream.index].append(orders.define(name, value))

    def innovation(stream: int, total: Any) -> Any:
        return build.block(orders.innovations[stream][order], 0, total)

    orders.definitions += shifts(orders.theory.law, innovation, shift(order))
    for stream in notation.streams():
        orders.overlaps[stream.index].append(shift(order)(notation, stream.weights[-1]))
    bottom = {notation.overlap(0): (notation.overlap(0), orders.overlaps[0][order])}
    changes = (taylor(value, bottom, 1)[1] for value in _kernels(orders.theory))
    _name_kernels(orders, f"order{order}", *changes)


def _kernels(theory: Theory) -> tuple[Any, Any]:
    return theory.predictor.covariance, theory.predictor.kernel


def _name_kernels(orders: Orders, suffix: str, covariance: Matrix, kernel: Matrix) -> None:
    """The next coefficients of C and K_*."""
    names = kernel_names(orders.theory, suffix)
    orders.covariance.append(orders.define(names[0], covariance))
    orders.kernel.append(orders.define(names[1], kernel))


def _stream_symbols(notation: Notation, stream: int) -> tuple[Any, Any, Any]:
    """Phi, G and Sigma of a stream, to write products of their series."""
    size = notation.vectors_count(stream)
    return tuple(build.overlap(name, size) for name in ("Phi", "G", "Sigma"))  # type: ignore


def _stream_paths(orders: Orders, stream: int) -> dict[Any, Series]:
    phi, g, sigma = _stream_symbols(orders.notation, stream)
    overlaps, innovations = orders.overlaps[stream], orders.innovations[stream]
    prior = tuple(
        build.subtract(whole, own) for whole, own in zip(overlaps, innovations, strict=True)
    )
    return {phi: tuple(orders.forces[stream]), g: tuple(overlaps), sigma: prior}


def _coefficient(expression: Expression, paths: Mapping[Any, Series], order: int) -> Any:
    """One coefficient of a series, multiplied out."""
    return normal(taylor(expression, paths, order)[order])


def expand_action(orders: Orders, order: int) -> Series:
    r"""The action at the saddle point: its value at infinite width, then terms in 1/N^k.

    The gradients vanish there, so that S changes with the widths through them alone: with all
    of them divided by epsilon, d(epsilon S)/d epsilon = E, and

    .. math:: S = S_\infty + \sum_{k=1}^{order} \frac{E^{(k)}}{k + 1}

    where S at infinite width holds all terms of order N and 1.
    """
    theory = orders.theory
    energies = taylor(theory.energy, orders.paths(), order)
    labels = [expand(value / (k + 1)) for k, value in enumerate(energies)]
    return (_extensive(theory) + labels[0], *labels[1:])


def _extensive(theory: Theory) -> Any:
    """S - E at infinite width, where every covariance is known."""
    values: dict[Any, Any] = {}
    for name, value in theory.wide.points:
        values[name] = _known(value, values)
    pairs = zip(theory.order_parameters, theory.wide.overlaps, strict=True)
    points = {g: _known(point, values) for g, point in pairs}
    total = expand(substitute(theory.action - theory.energy, points), logs=True)
    widths = [theory.notation.width(s.index) for s in theory.notation.streams()]
    parts = {width: total.coeff(width) for width in widths}
    rest = expand(total - sympy.Add(*(n * part for n, part in parts.items())))
    return sympy.Add(rest, *(n * sympy.factor(part) for n, part in parts.items()))


def _known(expression: Expression, values: dict[Any, Any]) -> Any:
    present = {old: new for old, new in values.items() if contains(expression, {old})}
    return substitute(expression, present) if present else expression


def expand_predictor(orders: Orders, order: int) -> tuple[Series, Series]:
    """Mean and variance at the saddle point, coefficients of 1, 1/N, ..., 1/N^order."""
    predictor = orders.theory.predictor
    mean, variance = (
        tuple(map(normal, taylor(value, orders.paths(), order)))
        for value in (predictor.mean, predictor.variance)
    )
    return mean, variance
