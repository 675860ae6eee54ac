"""`derive symmetric`: exchangeable heads, their theory and, on data, their symmetric point."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from derive.commands.usage import Options, Parser, UsageError
from derive.commands.values import file, number, whole
from derive.escaping import terminal
from derive.theories.networks.verbs.arguments import add_changes, add_spec

if TYPE_CHECKING:
    from derive.theories.networks.derivation import Evidence
    from derive.theories.networks.description import Network
    from derive.theories.networks.phases import Branch, Onset, SymmetricSolution

NOT_CONVERGED = 3
DIGITS = 20
PARAMETERS = ("labels", "temperature", "width")


def layers(text: str) -> tuple[int, ...]:
    """Numbers of layers with branches, between commas.

    >>> layers("1,2")
    (1, 2)
    """
    return tuple(whole(1)(part) for part in text.split(","))


def interval(text: str) -> tuple[float, float]:
    """Two numbers, the smaller one first.

    >>> interval("6,7.5")
    (6, 7.5)
    """
    parts = text.split(",")
    if len(parts) != 2:
        raise ArgumentTypeError(f"{text[:60]!r} is not LO,HI; write for example 1,10")
    low, high = map(number, parts)
    if not 0 <= low < high:
        raise ArgumentTypeError(f"{text[:60]!r}: give LO,HI with 0 <= LO < HI, such as 1,10")
    return low, high


def fill(parser: Parser) -> None:
    """The options of the command."""
    add_spec(parser, optional=False)
    parser.add_argument(
        "--layers", type=layers, metavar="L,L,...",
        help="layers with exchangeable heads, counted among layers with heads or other branches "
        "(default: all with several)",
    )  # fmt: skip
    add_changes(parser)
    theory = parser.add_argument_group("the theory, without data")
    parser.flags += ["--latex", "--limit", "--stability", "--certify"]
    parser.flags += ["--data", "--onset", "--parameter", "--out"]
    theory.add_argument("--latex", action="store_true", help="a LaTeX document that compiles")
    theory.add_argument(
        "--limit", action="store_true", help="infinitely many heads, after infinite widths, too"
    )
    theory.add_argument(
        "--stability", action="store_true", help="when heads break their symmetry, in closed form"
    )
    theory.add_argument(
        "--certify", action="store_true", help="check every step numerically, and say how well"
    )
    data = parser.add_argument_group("on data")
    data.add_argument("--data", type=file, metavar="FILE.npz", help="inputs and labels")
    data.add_argument(
        "--onset", type=interval, metavar="LO,HI",
        help="find where heads begin to break their symmetry: the factor of the labels",
    )  # fmt: skip
    data.add_argument(
        "--parameter", choices=PARAMETERS, metavar="NAME",
        help="of the onset: labels (default), temperature, or width, the factor of all widths",
    )  # fmt: skip
    data.add_argument("--out", type=file, metavar="SOLUTION.npz", help="file to write")


def symmetric(options: Options) -> int:
    """Print the theory, or the symmetric point on data."""
    from derive.theories.networks.description import load_network
    from derive.theories.networks.verbs.options import changed

    _refuse(options)
    network = changed(load_network(options.spec), options)
    if options.data is not None:
        return _solution(network, options)
    return _theory(network, options)


def _refuse(options: Options) -> None:
    from derive.theories.networks.verbs.options import refuse_together

    for name in ("latex", "limit", "stability", "certify"):
        refuse_together(options, "data", name, "the theory needs no data; leave one of them out")
    if options.data is None:
        for name in ("onset", "out"):
            refuse_together(options, name, "", "there are no data; give --data FILE.npz too")
    if options.parameter is not None and options.onset is None:
        raise UsageError("--parameter: it is for an onset; give --onset LO,HI too")
    refuse_together(options, "latex", "certify", "certificates go with plain text")


def _theory(network: Network, options: Options) -> int:
    from derive.running.progress import spinner
    from derive.theories.networks.analysis.exchangeable import exchangeable
    from derive.theories.networks.derivation import derive
    from derive.theories.networks.verbs.options import tell_features

    theory = exchangeable(derive(network), options.layers)
    tell_features(network)
    infinite, margins, steps = None, None, list(theory.steps)
    if options.stability:
        margins, step = theory.stability()
        steps.append(step)
    if options.limit:
        infinite, step = theory.infinite_heads()
        steps.append(step)
    if options.latex:
        print(theory.to_latex(infinite, margins), end="")
        return 0
    print(theory.text(infinite, margins))
    if options.certify:
        with spinner("certifying") as tell:
            evidence = theory.certify(DIGITS, progress=tell)
            evidence += tuple(step.certificate(DIGITS) for step in steps[len(evidence) :])
        print("\ncertificates")
        for step, certificate in zip(steps, evidence, strict=True):
            print(_certificate(step.name, certificate))
    return 0


def _certificate(name: str, certificate: Evidence) -> str:
    return f"  {certificate.digits} digits  {name}: {certificate.detail}"


def _solution(network: Network, options: Options) -> int:
    from derive.running.files import check_target
    from derive.running.progress import spinner
    from derive.theories.networks.description import load_data
    from derive.theories.networks.description.graph import stream_graph, values
    from derive.theories.networks.phases import onset, symmetric_solution

    values(network, stream_graph(network))
    target = None
    if options.out is not None:
        target = check_target(options.out, options.spec, options.data)
    data = load_data(options.data, network)
    with spinner("solving"):
        solution = symmetric_solution(network, data, layers=options.layers)
    threshold = None
    if options.onset is not None:
        with spinner("finding the onset"):
            parameter = options.parameter or PARAMETERS[0]
            threshold = onset(network, data, parameter, *options.onset, layers=options.layers)
    for line in lines_of(solution, threshold):
        print(line)
    for note in data.notes:
        print(f"derive: note: {note}", file=sys.stderr)
    if target is not None:
        from derive.theories.networks.phases.files import save_symmetric

        save_symmetric(target, solution, threshold)
        print(f"wrote {terminal(options.out)}")
    if not solution.converged:
        print(f"derive: {solution.message}", file=sys.stderr)
        return NOT_CONVERGED
    return 0


def lines_of(solution: SymmetricSolution, threshold: Onset | None = None) -> Iterator[str]:
    """What a reader wants to know of a symmetric point."""
    network = solution.network
    yield f"{network.name}: {network.describe()}"
    listed = ", ".join(map(str, solution.layers))
    yield f"exchangeable heads in layers with branches: {listed}"
    yield f"largest change of a kernel under an exchange: {solution.kernel_change:.1e}, relative"
    yield ""
    yield f"  {'action':<22}{solution.action:.8g}"
    yield f"  {'log evidence':<22}{solution.log_evidence:.8g}"
    yield f"  {'gradient norm':<22}{solution.gradient_norm:.1e}"
    yield f"  {'residual':<22}{solution.residual:.1e}"
    for name, value, often in solution.eigenvalues:
        shown = f"{value:.8g}" if isinstance(value, float) else _eigenvalues(value)
        yield f"  {name:<22}{shown}  (multiplicity {often})"
    yield ""
    yield "Hessian by kinds of direction, whitened coordinates (factors: four times as large)"
    wide = max(len(sector.name) for sector in solution.sectors)
    for sector in solution.sectors:
        lowest = f"{sector.lowest:+.6g}"
        yield f"  {sector.name:<{wide}}  lowest {lowest:<12}  multiplicity {sector.multiplicity}"
    yield ""
    yield solution.message
    for branch in solution.branches:
        yield from _branch(branch, solution)
    if threshold is not None:
        what = {"temperature": "temperature"}.get(
            threshold.parameter, f"factor of {threshold.parameter}"
        )
        yield f"onset: {what} {threshold.value:.8g} ({threshold.name})"


def _eigenvalues(value: Any) -> str:
    import numpy as np

    return "eigenvalues " + ", ".join(f"{x:.8g}" for x in np.linalg.eigvalsh(value))


def _branch(branch: Branch, solution: SymmetricSolution) -> Iterator[str]:
    gain = branch.action - solution.action
    state = f"lowest eigenvalue {branch.hessian_lowest:+.4g}"
    if not branch.converged:
        state = "not converged"
    yield f"  action {branch.action:.8g} ({gain:+.5g}), {state}"
    for layer, groups in zip(solution.layers, branch.heads, strict=True):
        shown = " ".join("{" + ", ".join(map(str, group)) + "}" for group in groups)
        yield f"    layer {layer}: heads that stay exchangeable {shown}"
    lowest = branch.chain_overlaps[0] if branch.chain_overlaps else branch.overlaps[0]
    name = "U_1" if branch.chain_overlaps else "G_1"
    if len(lowest) <= 8:
        shown = ", ".join(f"{x:.6g}" for x in lowest.diagonal())
        yield f"    diagonal of {name}: {shown}"
