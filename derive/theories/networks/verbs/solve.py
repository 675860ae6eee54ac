"""`derive solve`: order parameters of a network on data."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from derive.commands.usage import Options
from derive.escaping import terminal
from derive.running.files import check_target
from derive.running.progress import spinner
from derive.theories.networks.description import Data, Network, load_data, load_network
from derive.theories.networks.description.graph import stream_graph, values
from derive.theories.networks.phases.note import symmetry_note
from derive.theories.networks.solver import Solution, Solver, save_solution
from derive.theories.networks.solver.memory import refuse_large_task
from derive.theories.networks.solver.once import solver_of
from derive.theories.networks.verbs.options import changed, depths_of, refuse_together
from derive.theories.networks.verbs.solution import lines_of

NOT_CONVERGED = 3


def solve(options: Options) -> int:
    """Solve, write the solution, and say how it went."""
    described = load_network(options.spec)
    network = changed(described, options)
    if options.width is not None:
        network = network.with_width(options.width)
    _refuse(network, options)
    sized = network.with_width(1) if network.infinitely_wide else network
    values(sized, stream_graph(sized))
    target = check_target(options.out, options.spec, options.data)
    refuse_large_task(network, options.data)
    data = load_data(options.data, network)
    with spinner("solving"):
        solver = solver_of(described, depths_of(described, options))
        minima = _solutions(solver, network, data, options)
    solution = minima[0]
    save_solution(target, solution)
    for line in lines_of(solution, data):
        print(line)
    if options.starts:
        actions = ", ".join(f"{other.action:.8g}" for other in minima)
        print(f"  {len(minima)} distinct stationary points; actions: {actions}")
    symmetry = symmetry_note(solution, data) if solution.converged else None
    for note in (*data.notes, *filter(None, [symmetry])):
        print(f"derive: note: {note}", file=sys.stderr)
    if not solution.converged:
        message = solution.message.replace("continuation=True", "--continuation")
        print(f"derive: {message}; {terminal(options.out)} is written", file=sys.stderr)
        return NOT_CONVERGED
    print(f"\n{solution.message}\nwrote {terminal(options.out)}")
    return 0


def _refuse(network: Network, options: Options) -> None:
    refuse_together(options, "starts", "continuation")
    if network.infinitely_wide:
        for name in ("starts", "continuation"):
            width = "" if options.width is None else "width"
            refuse_together(options, width, name, "nothing is solved at infinite width")
    if options.seed is not None and not options.starts:
        refuse_together(options, "seed", "", "there are no random starts; give --starts K too")


def _solutions(
    solver: Solver, network: Network, data: Data, options: Options
) -> Sequence[Solution]:
    """The solution, or the distinct stationary points of a search, the lowest first."""
    if options.starts:
        return solver.search(network, data, options.starts, seed=options.seed or 0)
    return [solver.solve(network, data, continuation=options.continuation)]
