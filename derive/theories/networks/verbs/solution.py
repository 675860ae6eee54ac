"""A solution as a few lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from derive.theories.networks.description import Data
from derive.theories.networks.description.graph import stream_graph
from derive.theories.networks.solver import Direction, Solution
from derive.theories.networks.solver.scores import score

MOST_HEADS = 16
MOST_PROJECTIONS = 6


def lines_of(solution: Solution, data: Data) -> Iterator[str]:
    """What a reader wants to know of a solution."""
    network = solution.network
    examples, features, distinct = data.attended.shape
    shown = network.describe().replace("N=inf", "N=∞")
    yield f"{network.name}: {shown}"
    merged = "" if data.classes is None else f", {distinct} of them distinct"
    several = f", {data.outputs} outputs" if data.outputs > 1 else ""
    examples //= data.outputs  # a row each
    yield f"P = {examples} examples of {features} features, {data.paths} paths{merged}{several}"
    yield f"temperature {network.temperature:g}"
    yield ""
    if solution.action == solution.action:
        yield _row("action", f"{solution.action:.8g}")
    for other in solution.others:
        yield _row("another minimum, action", f"{other.action:.8g}")
    yield _row("log evidence", f"{solution.log_evidence:.8g}")
    yield _row("gradient norm", f"{solution.gradient_norm:.1e}")
    yield _row("residual", f"{solution.residual:.1e}")
    yield _row("Hessian", _hessian(solution))
    if solution.projections is not None:
        yield _row("features' mean", _projections(solution))
    if solution.spectrum is not None and solution.spectrum.coordinates > 1:
        yield _row("stiffest direction", _direction(solution.spectrum.stiff[0]))
        yield _row("sloppiest direction", _direction(solution.spectrum.sloppy[0]))
    if data.attended_test is not None:
        rating = score(data, solution.mean)
        if rating is not None:
            tests = len(data.attended_test) // data.outputs
            yield _row(rating.name, f"{rating} on {tests} examples")
    yield from _heads(solution)


def _row(name: str, value: str) -> str:
    return f"  {name:<26}{value}"


def _hessian(solution: Solution) -> str:
    count = solution.hessian_negative
    bound = " at least" if solution.hessian_is_bound else ""
    if count:
        return f"{count} negative directions{bound}"
    if solution.hessian_lowest != solution.hessian_lowest:
        return "no value: it grows with the width"
    word = "Lanczos bound" if solution.hessian_is_bound else "lowest eigenvalue"
    return f"no negative direction ({word} {solution.hessian_lowest:.3g})"


def _projections(solution: Solution) -> str:
    """b, or how long it is beside its bound."""
    assert solution.projections is not None
    name = f"b_{stream_graph(solution.network).streams[0].name}"
    if len(solution.projections) <= MOST_PROJECTIONS:
        return f"{name} = {', '.join(f'{value:.5g}' for value in solution.projections)}"
    return f"{len(solution.projections)} projections {name}, in the file of --out"


def _direction(direction: Direction) -> str:
    """Eigenvalue, shares of the order parameters, and the pair of paths that counts most."""
    shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in direction.shares.items())
    pair = direction.path_pairs(1)[0]
    names = pair.first if pair.first == pair.second else f"{pair.first} x {pair.second}"
    return f"{direction.eigenvalue:.4g}: {shares}; most in {names}"


def _heads(solution: Solution) -> Iterator[str]:
    weights = stream_graph(solution.network).weights
    heads = [int(weight.heads) for weight in weights if weight.branching]
    scores = [float(value) for value in solution.head_scores]
    if len(scores) != sum(heads) or not 0 < len(scores) <= MOST_HEADS:
        return
    parts = []
    for layer, count in enumerate(heads, start=1):
        shown = " ".join(f"{value:.2f}" for value in scores[:count])
        parts.append(f"layer {layer}: {shown}")
        scores = scores[count:]
    words = {weight.branch for weight in weights if weight.branching}
    word = words.pop() if len(words) == 1 else "branch"
    yield _row(f"{word} scores", "; ".join(parts))
