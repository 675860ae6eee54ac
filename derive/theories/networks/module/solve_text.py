"""The public functions of a generated module that name its network, as text; and its solver."""

from __future__ import annotations

from collections.abc import Mapping

from derive.programs.assemble import runtime_source
from derive.theories.networks.module.frame import digits, digits_of_mean, evidence, solving

SOLVE = '''@guarded
def solve(
    attended: Any,
    labels: Array,
    *,{depth_arguments}
    widths: Any,
    variances: Any,
    temperature: float,
    heads: tuple[int, ...] | None = HEADS,
    start: tuple[Array, ...] | None = None,
    continuation: bool = False,
    tolerance: float = 1e-10,
) -> Solution:
    """Find the saddle point: the lowest minimum of the action over positive definite overlaps.

    Every start from which the labels could be explained is followed; `others` of the solution are
    the other minima that were found.
{closing}
    Args:
{data}
{depths}{widths}
{variances}
        temperature: Variance of the label noise; zero is allowed for a kernel of full rank.
{heads}
        start: Order parameters to start from, and from nowhere else.
        continuation: Go down to the widths in steps, from a thousand times wider.
        tolerance: Bound on the relative gradient.

    Raises:
        ValueError: Data, parameters or start do not fit, or the kernel is singular.
    """
{made}
    return _solved(problem, start, continuation, tolerance)


def closed_on_lowest(problem: Problem) -> Callable[[tuple[Array, ...]], tuple[Array, ...]] | None:
    """The equations closed on the lowest overlaps, where they close."""
    return {closed}


@guarded
def predict(solution: Solution, attended_test: Any) -> tuple[Array, Array]:
    """Mean and variance of the network's output on test examples.

    Args:
        solution: From `solve`.
{data_test}

    Returns:
        Mean and variance, each of shape {predicted}.
    """
{rows_test}    by_path = tests_by_path(attended_test, solution.problem)
    with blas_threads(solution.problem.attended.shape):
{predicting}
'''

CLOSED = {
    "closed": "lambda overlaps: closed_equations(overlaps, problem)",
    "closing": """
    The saddle-point equations close, so their fixed point is tried first; where that is no minimum,
    the action is minimised.
""",
}
OPEN = {"closed": "None  # the equations do not close: the action is minimised", "closing": ""}
"""What `solve` does first where the saddle-point equations close, and where they do not."""


HEAD_SCORES = '''def head_scores(overlaps: tuple[Array, ...], problem: Problem) -> Array:
    """How much each head takes part: heads of the lowest layer first, the largest score is 1.

    The score of a head sums |G_bottom[p, p']| over ordered pairs of paths of which at least one
    passes through it.
    """
    table = path_table({table})
    strength = np.abs(bottom(overlaps, problem))
    scores = []
    for layer, heads in enumerate(problem.heads):
        for head in range(1, heads + 1):
            outside = table[:, layer] != head
            scores.append(np.sum(strength) - np.sum(strength[np.ix_(outside, outside)]))
    return np.asarray(scores) / max(scores, default=1.0)
'''

CHAIN = '''def chain_normalisation(
    overlaps: tuple[Array, ...], problem: Problem
) -> tuple[tuple[Array, ...], float]:
    """The papers' order parameters U_l = (H_l ... H_L) G_l and their action.

    Returns:
        (U_1, ..., U_L, u_a) and S without constants that do not depend on them.
    """
{body}
'''


def solver(
    lines: Mapping[str, str], table: str, *, closes: bool, has_mean: bool = False
) -> list[str]:
    """The functions that solve, and that say what a solution is worth.

    Args:
        lines: What docstrings say of arguments, and the call that checks them.
        table: The arguments of `path_table`.
        closes: Whether the saddle-point equations close on the lowest overlaps.
        has_mean: Whether attended inputs are of features with a mean.
    """
    return [
        SOLVE.format(**lines, **(CLOSED if closes else OPEN)),
        runtime_source(solving),
        runtime_source(evidence),
        runtime_source(digits_of_mean if has_mean else digits),
        HEAD_SCORES.format(table=table),
    ]
