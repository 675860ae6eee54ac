"""What to know of a solution whose heads the data do not tell apart."""

from __future__ import annotations

from derive.errors import DataError
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.analysis.exchangeable.vectors import stream_tables
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.description import Data
from derive.theories.networks.description.graph import stream_graph
from derive.theories.networks.phases.hessian import Layout
from derive.theories.networks.phases.kernels import check_symmetry, head_counts
from derive.theories.networks.phases.subgroups import exchangeable_heads
from derive.theories.networks.solver import Solution

MOST = 10**9
"""Multiplications up to which it is found out whether heads are exchangeable."""


def symmetry_note(solution: Solution, data: Data) -> str | None:
    """A sentence where the data do not tell the heads of a layer apart, and the solution does."""
    network, graph = solution.network, stream_graph(solution.network)
    if network.infinitely_wide:  # the prior's overlaps treat all heads alike
        return None
    heads = head_counts(network)
    examples, features, _ = data.attended.shape
    if (examples * data.paths) ** 2 * features * sum(heads) > MOST:
        return None
    broken = []
    for weight in graph.weights:
        if weight.branching is None or heads[weight.index] == 1:
            continue
        symmetry = Symmetry(Notation(graph), (weight.index,), ())
        layers = (weight.branching,)
        layout = Layout(stream_tables(graph, heads), layers, (weight.index,), heads)
        try:
            check_symmetry(network, data, symmetry)
        except DataError:
            continue
        (groups,) = exchangeable_heads(solution.overlaps, layout)
        if len(groups) > 1:
            broken.append(str(weight.branching))
    if not broken:
        return None
    plural = "s" if len(broken) > 1 else ""
    return (
        f"the data do not tell the heads of layer{plural} {' and '.join(broken)} apart, and the "
        "solution does: one of several that differ by permutations of heads; see derive symmetric"
    )
