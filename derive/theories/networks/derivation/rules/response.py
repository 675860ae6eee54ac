r"""Linear response around the infinite-width point: forces go up, shifts come down.

Near that point the leading part of twice the negative log density is

.. math:: \sum_s \frac{N_s}{2} \mathrm{tr}\left(G_s^{-1} Z_s G_s^{-1} Z_s\right), \qquad
          Z_s = X_s - \mathrm{diag}\left(\Sigma_W(X_{above})\right)

in the shifts X of the overlaps: each stream departs from its prior covariance on its own. A force
on every stream is therefore answered in two passes, whatever the network. This file knows both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from derive.algebra import build, gradient, substitute
from derive.algebra.kinds import Matrix
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.state import State

Assignments = tuple[tuple[Any, Any], ...]
"""(name, value), in order."""
Name = Callable[[Notation, int], Any]
"""The symbol of a quantity of one weight."""


def forces(
    law: State, sources: Mapping[int, Any], name: Name, beside: Mapping[int, Any] | None = None
) -> tuple[Assignments, dict[int, Any]]:
    r"""The forces on the covariances of all weights' vectors, from the bottom up.

    .. math:: \Phi_s = F_s + \sum_W \frac{\partial}{\partial G_s}\mathrm{tr}(Y_W \Sigma_W), \qquad
              Y_W = [\Phi_s + B_s]_W

    Args:
        law: The exact law, for its covariances.
        sources: F_s, where it is not zero; the lowest stream must have one.
        name: The symbols Y_W.
        beside: B_s, what acts on the covariances and not on the overlaps; zero where left out.

    Returns:
        (Y_W, value), and Phi_s in these names for every stream.
    """
    notation, assignments, totals = law.notation, [], dict(sources)
    for item in reversed(notation.inner_weights()):
        assert item.below is not None
        total = totals[item.below]
        if beside:
            total = build.add(total, beside[item.below])
        own = build.block(total, notation.block_start(item.index), notation.block_size(item.index))
        symbol = name(notation, item.index)
        assignments.append((symbol, own))
        if item.above is not None:
            handed = _handed_up(law, item.index, symbol)
            known = totals.get(item.above)
            totals[item.above] = handed if known is None else build.add(known, handed)
    return tuple(assignments), totals


def shifts(law: State, innovation: Callable[[int, Any], Any], name: Name) -> Assignments:
    r"""The shifts of all overlaps, from the readout down.

    .. math:: X_s = \mathrm{diag}\left(\Sigma_W(X_{above})\right) + Z_s

    Args:
        law: The exact law, for its covariances.
        innovation: From a stream and a number of its first vectors to Z_s among these.
        name: The symbols: for a weight, the shift of its stream's vectors from the first down to
            its own; a stream's last one is X_s.

    Returns:
        (symbol, value), from the readout down.
    """
    weights = [w for w in law.notation.inner_weights() if w.below is not None]
    return tuple(
        (name(law.notation, w.index), _shift(law, w.index, innovation, name)) for w in weights
    )


def with_above(covariance: Matrix, notation: Notation, weight: int, above: Any) -> Any:
    """A weight's covariance with other overlaps above it; linear in them."""
    return substitute(covariance, {_overlaps_above(notation, weight): above})


def _overlaps_above(notation: Notation, weight: int) -> Any:
    """The overlaps of the vectors that a weight acts on, as a part of those of their stream."""
    item = notation.graph.weights[weight]
    assert item.above is not None
    return build.pick(notation.overlap(item.above), notation.span(item.acts_on))


def _handed_up(law: State, weight: int, force: Matrix) -> Any:
    """The force that a weight's covariance hands to the overlaps above it."""
    item = law.notation.graph.weights[weight]
    assert item.above is not None
    work = build.trace(build.mul(law.covariance(weight), force))
    return gradient(work, law.notation.overlap(item.above))


def _shift(law: State, weight: int, innovation: Callable[[int, Any], Any], name: Name) -> Any:
    """The shift of the overlaps of a stream's vectors, down to those of one weight."""
    notation = law.notation
    stream = notation.graph.weights[weight].below
    assert stream is not None
    total = notation.block_start(weight) + notation.block_size(weight)
    parts = [innovation(stream, total)]
    blocks = notation.graph.streams[stream].weights
    for other in blocks[: blocks.index(weight) + 1]:
        item = notation.graph.weights[other]
        if item.above is not None:
            known = name(notation, item.acts_on[-1])
            above = build.pick(known, notation.span(item.acts_on))
            value = with_above(law.covariance(other), notation, other, above)
            parts.append(build.embed(value, notation.block_start(other), total))
    return build.add(*parts)
