"""For every differentiation rule an expression that needs it, and its slope by differences."""

import sympy
from sympy import Add, Identity, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose

from derive.algebra import build, evaluate, gradient, nodes
from derive.theories.networks.nodes import (
    Attended,
    PathKernel,
    PathProjection,
    path_kernel,
    path_projection,
)

S = sympy.Symbol("s", positive=True)
U, V = build.overlap("U", 2), build.overlap("V", 4)
X, Z = Attended("X", 2, 3, 2), Attended("Z", 2, 3, 2)
VALUES = {
    S: "1.25",
    U: [[2, 1], [1, 3]],
    V: [[5, 1, 0, 2], [1, 4, 1, 0], [0, 1, 6, 1], [2, 0, 1, 7]],
    X: [[[1, 2], [0, 1], [3, 1]], [[2, 1], [1, 1], [0, 2]]],
    Z: [[[0, 1], [2, 1], [1, 1]], [[1, 3], [1, 0], [1, 2]]],
}
DIRECTIONS = {
    U: [[1, 2], [2, 7]],
    V: [[1, 2, -1, 3], [2, 0, 1, 1], [-1, 1, 2, 5], [3, 1, 5, -1]],
    S: 1,
}
MIXED = build.add(V, build.lift(U, 2))
"""V + I (x) U."""
UPPER, MIDDLE, LOWER = (build.block(V, start, 2) for start in range(3))
SKEW = build.mul(U, MIDDLE)
"""A product that is not symmetric."""

CASES = {
    Add: (build.logdet(U) + build.trace(build.mul(U, UPPER)), U),
    Mul: (build.logdet(U) * build.trace(U) * S, U),
    Pow: (build.trace(U) ** 3 + 1 / build.logdet(U), U),
    sympy.log: (sympy.log(build.trace(U)), U),
    Trace: (Trace(build.mul(U, UPPER, U)), U),
    nodes.LogDet: (build.logdet(MIXED), V),
    MatAdd: (build.logdet(build.add(U, UPPER, build.scale(S, SKEW))), U),
    MatMul: (build.trace(build.mul(U, UPPER, LOWER, U, MIDDLE)), U),
    Inverse: (build.trace(build.mul(build.inv(build.add(U, UPPER)), UPPER)), U),
    Transpose: (build.logdet(build.add(Identity(2), build.mul(Transpose(SKEW), U))), U),
    nodes.Lift: (build.logdet(MIXED), U),
    nodes.PartialTrace: (build.logdet(build.add(U, build.partial_trace(build.mul(V, V), 2))), V),
    nodes.Block: (build.logdet(build.block(V, 1, 2)), V),
    nodes.Embed: (build.logdet(build.add(V, build.embed(U, 1, 4))), U),
    nodes.BlockDiagonal: (build.logdet(build.add(V, build.block_diagonal(U, SKEW))), U),
    PathKernel: (build.trace(build.inv(build.add(UPPER, path_kernel(U, X, Z)))), U),
    PathProjection: (build.trace(build.mul(path_projection(U, X, Z), U, UPPER)), U),
}
SCALARS = {
    "power": S**3 - 2 / S + sympy.sqrt(S),
    "logarithm": sympy.log(S) ** 2 * S,
    "coefficient of a matrix": build.logdet(build.add(U, build.scale(S**2, UPPER))),
    "coefficient of what is not symmetric": build.logdet(
        build.add(Identity(2), build.scale(S, SKEW))
    ),
    "coefficient of a product": build.trace(build.mul(sympy.log(S), SKEW)) / S,
    "temperature": build.trace(build.inv(build.add(build.mul(S, Identity(2)), U))),
}
DIGITS = 40


def slope_error(expression, variable):
    """The gradient against a central difference along a fixed symmetric direction.

    Two steps are extrapolated, so that the error of the difference is of order step^4.
    """
    near, far = (_difference(expression, variable, step) for step in (1, 2))
    slope = (4 * near - far) / 3
    found = evaluate(gradient(expression, variable), VALUES, DIGITS)
    direction = sympy.Matrix(DIRECTIONS[variable]).tolist() if variable != S else 1
    along = (found * direction).sum() if variable != S else found
    return abs(along - slope) / abs(slope)


def _difference(expression, variable, multiple):
    step = sympy.Rational(multiple, 10**6)
    ends = [evaluate(expression, _moved(variable, sign * step), DIGITS) for sign in (1, -1)]
    return (ends[0] - ends[1]) / (2 * evaluate(step, {}, DIGITS))


def _moved(variable, step):
    if variable == S:
        return {**VALUES, S: sympy.Rational(VALUES[S]) + step}
    centre, direction = sympy.Matrix(VALUES[variable]), sympy.Matrix(DIRECTIONS[variable])
    return {**VALUES, variable: (centre + step * direction).tolist()}
