"""Derive, generate and solve in one call."""

from __future__ import annotations

from collections.abc import Mapping

from derive.arguments import takes
from derive.theories.networks.description import Data, Network
from derive.theories.networks.description.graph import stream_graph
from derive.theories.networks.solver.refusals import with_depths
from derive.theories.networks.solver.solution import Solution
from derive.theories.networks.solver.solving import Solver

SHALLOW = 10
"""Weights of a network that is written out to be solved once; deeper ones are derived for any depth
sooner, and solved by 5 to 15 % slower modules, which is a small part of the whole."""


def solver_of(network: Network, depths: Mapping[str, int]) -> Solver:
    """The solver of a network at given depths, by what is derived the sooner.

    A network written out takes longer to derive with every layer, and a little less to solve.

    Args:
        network: The description.
        depths: A number for each of them; none for a network of known depth.

    Raises:
        DescriptionError: A depth is missing, or no depth of the network.
    """
    written_out = with_depths(network, depths)
    if not depths or len(stream_graph(written_out).weights) <= SHALLOW:
        return Solver.of(written_out)
    return Solver.of(network).at(depths)


@takes("network", "data", "starts", "seed", "continuation", "tolerance")
def solve(
    network: Network,
    data: Data,
    *,
    starts: int = 0,
    seed: int = 0,
    continuation: bool = False,
    tolerance: float = 1e-10,
    depths: Mapping[str, int] | None = None,
) -> Solution:
    """Derive, generate and solve a network on data.

    Args:
        network: Every symbol has a value, but for those in `depths`.
        data: Attended inputs and labels.
        starts: Random starts to search from; the stationary point of lowest action is returned.
        seed: Of the random starts.
        continuation: Go down to the widths in steps, from a thousand times wider.
        tolerance: Bound on the relative gradient.
        depths: Numbers for depths that are symbols. A deep network is then solved by what is
            derived for any depth; `Solver.of(network).at(depths)` derives once for many of them.

    Returns:
        The solution; `converged` says whether it may be trusted.

    Raises:
        DescriptionError: A symbol has no value.
        SolveError: Data and network do not fit, or the kernel is singular.

    >>> import numpy as np
    >>> from derive import Data, Embedding, Network, Readout, solve
    >>> data = Data(attended=np.eye(3)[:, :, None], labels=np.array([1.0, -1.0, 2.0]))
    >>> solution = solve(Network((Embedding(20, 1.3), Readout(1.2)), 0.1), data)
    >>> solution.converged, round(solution.action, 6)
    (True, 24.020309)
    """
    solver = solver_of(network, depths) if depths else Solver.of(network)
    network = network.with_values(depths or {})
    if starts:
        return solver.search(
            network, data, starts, seed=seed, continuation=continuation, tolerance=tolerance
        )[0]
    return solver.solve(network, data, continuation=continuation, tolerance=tolerance)


@takes("network", "data", "starts", "seed")
def search(network: Network, data: Data, starts: int = 8, *, seed: int = 0) -> tuple[Solution, ...]:
    """Distinct stationary points of a network's action, the lowest first; see `Solver.search`."""
    return Solver.of(network).search(network, data, starts, seed=seed)
