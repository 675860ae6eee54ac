r"""When heads break their symmetry, in closed form, for chains.

Kernels that no permutation changes do not see a direction that breaks the symmetry: along it only
the prior's part of the action bends. So its Hessian is found there. The heads of one layer leave
the mean (a direction that joins the ones to a vector orthogonal to them), or each other (one that
changes the overlaps of what is orthogonal to the ones). The lower streams follow; they are
eliminated, and the saddle equations turn eigenvalues into fluxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

import sympy

from derive.algebra import build, gradient
from derive.algebra.explicit import explicit
from derive.algebra.kinds import Expression, Matrix, Scalar, Size
from derive.algebra.naming import nodes_in
from derive.errors import RuleError
from derive.symmetry.permutations import Sector
from derive.theories.networks.analysis.exchangeable.reduce import Reduced
from derive.theories.networks.analysis.exchangeable.sectors import Splitting
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.nodes import PathKernel

MEAN, OTHERS = "the mean", "each other"
"""What the heads of a layer leave: a vector, or a traceless matrix, over what is orthogonal."""


@dataclass(frozen=True)
class Margin:
    """A pivot of the Hessian: the symmetric point is stable only where it is positive.

    Attributes:
        weight: The weight whose heads leave the mean, or each other.
        leave: MEAN or OTHERS.
        stream: The stream of the direction that is left.
        sector: Its sector, over the other layers.
        symbol: Its name.
        value: In widths, head counts and fluxes, and in the pivots of lower streams.
    """

    weight: int
    leave: str
    stream: int
    sector: Sector
    symbol: Any
    value: Any


@dataclass(frozen=True)
class Bend:
    """The second derivatives of the action along directions of one kind.

    Attributes:
        directions: (stream, sector) of each, the lowest stream first.
        lengths: The square of each in whitened coordinates, dU = U^(1/2) X U^(1/2).
        matrix: In widths, head counts, and roots of ratios of eigenvalues.
        ratios: (root, the square that it stands for: lambda over its value at infinite width).
    """

    directions: tuple[tuple[int, Sector], ...]
    lengths: tuple[Any, ...]
    matrix: Any
    ratios: tuple[tuple[Any, Any], ...]


def stability(symmetry: Symmetry, result: Reduced) -> tuple[Margin, ...]:
    """Every pivot that may change its sign.

    Args:
        symmetry: The permutations, of a chain.
        result: The theory by sectors, in the papers' normalisation.

    Raises:
        RuleError: The network has skips, or several outputs.
    """
    if not symmetry.notation.graph.is_scalar():
        raise RuleError(
            "stability in closed form is derived for chains of one output; on data the Hessian is "
            "found whatever the network"
        )
    margins: list[Margin] = []
    for weight in symmetry.weights:
        for leave in (MEAN, OTHERS):
            bend = bending(symmetry, result, weight, leave)
            margins += _margins(symmetry, result, (weight, leave), bend)
    return tuple(margins)


def bending(symmetry: Symmetry, result: Reduced, weight: int, leave: str) -> Bend:
    """The Hessian where the heads of a layer leave the mean, or each other."""
    split = Splitting(replace(symmetry, apart=(weight,)))
    values, ratios = _eigenvalues(result)
    at: dict[Any, Any] = {u.symbol: values[u.stream, u.sector] for u in result.unknowns}
    directions: list[tuple[int, Sector]] = []
    lengths: list[Any] = []
    moves: dict[Any, Any] = {}
    for stream, overlap in enumerate(result.overlaps):
        blocks = split.of(overlap)
        for sector, block in blocks.items():
            if weight in sector or block.shape[0] == 1:
                continue
            other = tuple(sorted((*sector, weight)))
            pair = values[stream, sector], values[stream, other]
            at[block] = sympy.diag(*pair)
            step = sympy.Symbol(f"x_{len(directions)}", real=True)
            joined, rest, length = _move(pair, step, symmetry.notation.heads(weight), leave)
            moves |= {block: joined, build.trace(blocks[other]): rest}
            directions.append((stream, sector))
            lengths.append(symmetry.multiplicity(sector) * length)
    bent = _second(split.of(_prior(result.whole)), at, moves)
    return Bend(tuple(directions), tuple(lengths), _matrix(bent, len(directions)), ratios)


def _second(action: Scalar, at: dict[Any, Any], moves: dict[Any, Any]) -> Any:
    """The second derivative of an action along moves, written out."""
    steps = {
        symbol: build.overlap(f"step{k}", symbol.shape[0])
        if getattr(symbol, "is_Matrix", False)
        else sympy.Symbol(f"step{k}", real=True)
        for k, symbol in enumerate(moves)
    }
    for _ in range(2):
        action = sympy.Add(*(work(gradient(action, s), step) for s, step in steps.items()))
    written = {steps[symbol]: move for symbol, move in moves.items()}
    return sympy.expand(explicit(action, {**at, **written}))


def work(slope: Matrix, step: Any) -> Any:
    """tr(slope step), or their product for numbers."""
    if getattr(step, "is_Matrix", False):
        return build.trace(build.mul(slope, step))
    return slope * step


def _matrix(form: Any, size: int) -> Any:
    """The matrix of a quadratic form in x_0, x_1, ..."""
    steps = [sympy.Symbol(f"x_{k}", real=True) for k in range(size)]
    matrix = sympy.zeros(size)
    for row, column in combinations_with_replacement(range(size), 2):
        if row == column:
            entry = form.coeff(steps[row], 2)
        else:
            entry = form.coeff(steps[row], 1).coeff(steps[column], 1) / 2
        matrix[row, column] = matrix[column, row] = entry
    return matrix


def _prior(action: Scalar) -> Any:
    """The terms of an action without a kernel."""
    terms = sympy.Add.make_args(action)
    kinds = ({type(node) for node in nodes_in(term)} for term in terms)
    return sympy.Add(*(t for t, types in zip(terms, kinds, strict=True) if PathKernel not in types))


def _eigenvalues(result: Reduced) -> tuple[dict[Any, Any], tuple[tuple[Any, Any], ...]]:
    """Eigenvalues by the saddle equations, with 1 + r/N the square of a root.

    So no root is left in what bends.
    """
    values: dict[Any, Any] = {}
    ratios = []
    for equation in reversed(result.equations):
        assert equation.flux is not None  # of a chain
        width = next(s for s in equation.right.free_symbols if s.name.startswith("N_"))
        root = sympy.Symbol(f"q_{equation.flux.name[2:]}", positive=True)
        square = 1 + equation.flux / width
        right = sympy.cancel(equation.right / square) * root**2
        known = {u.symbol: values[u.stream, u.sector] for u in result.unknowns
                 if (u.stream, u.sector) in values}  # fmt: skip
        values[equation.unknown.stream, equation.unknown.sector] = right.xreplace(known)
        ratios.append((root, square))
    return values, tuple(ratios)


def _move(pair: tuple[Any, Any], step: Any, heads: Size, leave: str) -> tuple[Any, Any, Any]:
    """The step of the block of the ones and one more vector, of the rest, and its length squared.

    In whitened coordinates a vector joined to the ones, or one that moves against all others.
    """
    mean, apart = pair
    if leave == MEAN:
        beside = step * sympy.sqrt(mean) * sympy.sqrt(apart)
        return sympy.Matrix([[0, beside], [beside, 0]]), sympy.S.Zero, sympy.Integer(2)
    rest = -apart * step / (heads - 2)
    return sympy.diag(0, apart * step), rest, (heads - 1) / (heads - 2)


def _margins(symmetry: Symmetry, result: Reduced, which: Any, bend: Bend) -> Iterator[Margin]:
    """Eliminate one direction after the other, and name the pivots."""
    weight, leave = which
    matrix, squares = bend.matrix, {root**2: square for root, square in bend.ratios}
    for place, (stream, sector) in enumerate(bend.directions):
        width, length = symmetry.notation.width(stream), bend.lengths[place]
        value = _arranged((matrix[place, place] / length).subs(squares), symmetry)
        symbol = width
        if value != width:
            symbol = _name(symmetry, result, (stream, sector), leave)
            yield Margin(weight, leave, stream, sector, symbol, value)
        for row in range(place + 1, len(bend.directions)):
            for column in range(place + 1, len(bend.directions)):
                gone = matrix[row, place] * matrix[place, column] / (length * symbol)
                if gone != 0:
                    matrix[row, column] -= sympy.expand(gone)


def _arranged(value: Expression, symmetry: Symmetry) -> Any:
    """A sum, every coefficient a product of powers of H - 1."""
    less = {symmetry.notation.heads(w): sympy.Dummy(f"h{w}") for w in symmetry.weights}
    counted = sympy.expand(value.xreplace({heads: 1 + h for heads, h in less.items()}))
    parts: dict[Any, Any] = {}
    for term in sympy.Add.make_args(counted):
        rest, counts = term.as_independent(*less.values(), as_Add=False)
        number, rest = rest.as_coeff_Mul()
        parts[rest] = parts.get(rest, 0) + number * counts
    total = sympy.Add(*(rest * sympy.expand(sympy.cancel(c)) for rest, c in parts.items()))
    return sympy.expand(total).xreplace({h: heads - 1 for heads, h in less.items()})


def _name(symmetry: Symmetry, result: Reduced, where: tuple[int, Sector], leave: str) -> Any:
    stream, sector = where
    label = symmetry.label(result.overlaps[stream].shape[0], sector)
    name = symmetry.notation.graph.streams[stream].name
    return sympy.Symbol(f"{'mu' if leave == MEAN else 'nu'}_{name},{label}", real=True)
