r"""The exact law at fixed P by Laplace's method: fluctuations, the mean of the overlaps, averages.

Twice the negative log density is L + A: L grows with the widths, A does not (the terms m + 1 of
the exponents, and the labels' part E). With C the covariance of the overlaps in the Gaussian law
exp(-L''/4), and f any function of them,

.. math:: \langle f \rangle = f + f'[D] + \tfrac12 f''[C] + O(1/N^2), \qquad
          L''[D] = -A' - \tfrac12 L'''[C]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build, contains, gradient, normal, substitute
from derive.algebra.kinds import Expression
from derive.algebra.nodes import LogNormal
from derive.algebra.series import taylor
from derive.errors import RuleError
from derive.theories.networks.analysis.expansions.saddle import Orders, kernel_names, kernel_paths
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.change.rewrite import written_out
from derive.theories.networks.derivation.rules.response import Assignments, shifts
from derive.theories.networks.derivation.theory import Theory


@dataclass(frozen=True)
class Innovation:
    r"""How a stream departs from its prior covariance: a symmetric Gaussian matrix.

    .. math:: \langle \mathrm{tr}(A Z)\,\mathrm{tr}(B Z) \rangle = \frac{2}{N}
              \mathrm{tr}(A Q B Q), \qquad A, B \text{ symmetric}

    Attributes:
        symbol: Z.
        covariance: Q.
        width: N.
    """

    symbol: Any
    covariance: Any
    width: Any


@dataclass(frozen=True)
class Fluctuations:
    """Fluctuations of the overlaps around infinite width, of order 1/sqrt(N).

    Attributes:
        innovations: One per stream, the lowest first; independent of each other.
        definitions: (name, value) of the fluctuations, linear in the innovations.
        overlaps: The fluctuation X_s of G_s, the lowest stream first.
    """

    innovations: tuple[Innovation, ...]
    definitions: Assignments
    overlaps: tuple[Any, ...]


@dataclass(frozen=True)
class Split:
    """Twice the negative log density, up to a constant of the sizes.

    Attributes:
        leading: L, proportional to the widths.
        rest: A, which does not depend on them.
    """

    leading: Any
    rest: Any


def split_by_width(theory: Theory) -> Split:
    """The part of the exact law that grows with the widths at fixed P, and the part that stays."""
    return Split(theory.action - theory.energy, theory.energy - 2 * theory.dropped)


def fluctuation(notation: Notation, weight: int) -> Any:
    """X_l: the fluctuation of the overlaps of a stream's vectors, down to those of weight l."""
    size = notation.block_start(weight) + notation.block_size(weight)
    return build.overlap(f"X_{notation.letter(weight)}", size)


def innovation(notation: Notation, stream: int) -> Any:
    """Z_s."""
    return build.overlap(f"Z_{notation.graph.streams[stream].name}", notation.vectors_count(stream))


def fluctuations(theory: Theory) -> Fluctuations:
    r"""The Gaussian law of the overlaps around the minimum of L.

    To second order L is a sum of one square per stream, in what the stream adds to the prior
    covariance that follows from the streams above:

    .. math:: L = L_0 + \sum_s \tfrac{N_s}{2}\, \mathrm{tr}(G_s^{-1} Z_s G_s^{-1} Z_s) + \dots,
              \qquad X_s = Z_s + \mathrm{diag}\left(\Sigma_W(X_{above})\right)
    """
    notation, law = theory.notation, theory.law

    def own(stream: int, total: Any) -> Any:
        return build.block(innovation(notation, stream), 0, total)

    streams = tuple(zip(notation.streams(), theory.wide.overlaps, strict=True))
    return Fluctuations(
        tuple(
            Innovation(innovation(notation, s.index), point, notation.width(s.index))
            for s, point in streams
        ),
        shifts(law, own, fluctuation),
        tuple(fluctuation(notation, s.weights[-1]) for s, _ in streams),
    )


@dataclass(frozen=True)
class PriorMean:
    """What the law without labels says of the overlaps of one weight's vectors.

    Attributes:
        overlap: The block of G_s.
        symbol: Sigma_W, as a matrix of its own.
        covariance: Its value, in the overlaps above.
        score: The derivative of the log density with respect to it; it averages to zero.
        mean: The mean of the block that this fixes.
    """

    overlap: Any
    symbol: Any
    covariance: Any
    score: Any
    mean: Any


def prior_means(theory: Theory) -> tuple[PriorMean, ...]:
    r"""The mean of the overlaps without labels, given those above, at any width.

    .. math:: \left\langle \frac{\partial}{\partial\Sigma} \ln p(g) \right\rangle
              = \frac N2 \left\langle \Sigma^{-1} G\, \Sigma^{-1} - \Sigma^{-1} \right\rangle = 0

    One weight each, from the readout down.
    """
    return tuple(_prior_mean(theory, w.index) for w in theory.notation.inner_weights())


def _prior_mean(theory: Theory, weight: int) -> PriorMean:
    notation = theory.notation
    stream = notation.graph.weights[weight].below
    assert stream is not None
    vectors = notation.vectors(weight)
    own = build.pick(notation.overlap(stream), notation.span((weight,)))
    symbol = build.overlap(f"Sigma_{notation.letter(weight)}", build.rows(vectors))
    density, _ = written_out(LogNormal(vectors, sympy.ZeroMatrix(*vectors.shape), symbol))
    score = substitute(gradient(density, symbol), {build.gram(vectors): own})
    # Linear in the block: solved by multiplying with Sigma from both sides.
    rest = normal(build.mul(symbol, build.scale(2 / notation.width(stream), score), symbol))
    mean = normal(build.subtract(own, rest))
    if contains(mean, {notation.overlap(stream)}):
        raise RuleError(f"the mean of {own} does not follow from its law without labels")
    return PriorMean(own, symbol, theory.law.covariance(weight), score, mean)


def prior_forces(theory: Theory, fluctuations: Fluctuations) -> tuple[Any, ...]:
    r"""What pushes the mean of the overlaps without labels, one force per stream.

    .. math:: (m + 1)\, \partial \ln\det G_s \text{ with the sign of } -A', \qquad
              - \left\langle [\partial L / \partial G_s]_{second\ order} \right\rangle

    The two cancel, because without labels the mean of the overlaps is their covariance at any
    width (`prior_means`).
    """
    split = split_by_width(theory)
    pairs = zip(theory.order_parameters, theory.wide.overlaps, fluctuations.overlaps, strict=True)
    paths = {g: (point, x) for g, point, x in pairs}
    forces = []
    for g, point in zip(theory.order_parameters, theory.wide.overlaps, strict=True):
        cubic = taylor(gradient(split.leading, g), paths, 2)[2]
        volume = substitute(gradient(2 * theory.dropped, g), {g: point})
        forces.append(build.subtract(volume, build.average(cubic)))
    return tuple(forces)


@dataclass(frozen=True)
class Averages:
    """Posterior averages to first order: the value at infinite width, and the 1/N term.

    Attributes:
        definitions: (name, value) of what depends on the fluctuations, besides these.
        mean: Of the output on test examples, two columns.
        variance: Of the output there, the fluctuations of the mean included.
    """

    definitions: Assignments
    mean: tuple[Any, Any]
    variance: tuple[Any, Any]


def average_predictor(first: Orders, fluctuations: Fluctuations) -> Averages:
    r"""Average mean and variance of the predictor, given the overlaps, over the overlaps.

    .. math:: \mathrm{var} f_\ast = \langle v(G) \rangle + \mathrm{var}\, \bar f(G)

    Args:
        first: The mean of the overlaps to first order.
        fluctuations: Their fluctuations.
    """
    theory, moved = first.theory, fluctuations.overlaps[0]
    names = kernel_names(theory, "X")
    bottom = {theory.order_parameters[0]: (theory.order_parameters[0], moved)}
    kernels = (theory.predictor.covariance, theory.predictor.kernel)
    changes = [taylor(value, bottom, 1)[1] for value in kernels]
    along = kernel_paths(
        theory,
        (theory.wide.overlaps[0], moved),
        (first.covariance[0], names[0]),
        (first.kernel[0], names[1]),
    )
    mean, variance = theory.predictor.mean, theory.predictor.variance
    start, slope, curve = taylor(mean, along, 2)
    wave = build.matrix_symbol("f_X", *slope.shape)
    spread = build.diagonal(build.mul(wave, build.transpose(wave)))
    own, _, bent = taylor(variance, along, 2)
    return Averages(
        (*zip(names, changes, strict=True), (wave, normal(slope))),
        (start, _moved(mean, first, curve)),
        (own, _moved(variance, first, build.add(bent, spread))),
    )


def _moved(expression: Expression, first: Orders, second: Any) -> Any:
    """f'[D] plus the average of the second-order part."""
    drift = normal(taylor(expression, first.paths(), 1)[1])
    return build.add(drift, build.average(normal(second)))
