"""`derive scalar`: the theory of a network with one head in every layer, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from derive.commands.usage import Options, Parser, UsageError
from derive.commands.values import digits, file, number, whole
from derive.theories.networks.verbs.arguments import add_changes, add_spec

if TYPE_CHECKING:
    from derive.theories.networks.analysis.scalar import (
        Explicit,
        Limit,
        ScalarTheory,
        Series,
        Solutions,
    )
    from derive.theories.networks.description import Network

    Result = Explicit | Series | Limit

ORDER = 3
DIGITS = 20
SHOWN = 15
"""Digits of numbers in tables."""


def fill(parser: Parser) -> None:
    """The options of the command."""
    add_spec(parser, optional=False)
    parser.add_argument(
        "--depth", metavar="n", help="make the number of stages a symbol, of this one letter"
    )
    parser.add_argument(
        "--series", metavar="IN", help="of u: in 'alpha' (equal widths) or in 'width' (in 1/N)"
    )
    parser.add_argument("--order", type=int, metavar="K", help=f"of the series (default: {ORDER})")
    parser.add_argument("--limit", metavar="WHICH", help="'alpha=0', 'alpha=1' or 'depth'")
    parser.add_argument(
        "--fixed", metavar="WHAT",
        help="in the limit of infinite depth: 'examples' (P, the default) or 'ratio' (P/N)",
    )  # fmt: skip
    parser.add_argument(
        "--explicit", action="store_true", help="the solution in closed form (1 and 2 stages)"
    )
    parser.add_argument(
        "--examples", type=whole(1), metavar="P", help="solve in numbers, at zero temperature, with"
    )
    parser.add_argument("--signal", type=number, metavar="s", help="s = y^T K_1^-1 y")
    parser.add_argument("--data", type=file, metavar="FILE.npz", help="solve in numbers, on data")
    add_changes(parser)
    parser.add_argument("--steps", action="store_true", help="show how the equations follow")
    parser.add_argument("--certify", action="store_true", help="check every step numerically")
    parser.add_argument(
        "--digits", type=digits(5), metavar="D",
        help=f"of certificates and of numbers (default: {DIGITS})",
    )  # fmt: skip
    parser.add_argument("--latex", action="store_true", help="a LaTeX document that compiles")
    parser.add_argument("--markdown", action="store_true", help="Markdown, equations in LaTeX")


def scalar(options: Options) -> int:
    """Print the scalar theory, and what is asked of it."""
    from derive.theories.networks.analysis.scalar import scalar_theory
    from derive.theories.networks.description import load_network
    from derive.theories.networks.verbs.options import changed, tell_features

    _refuse(options)
    network = changed(load_network(options.spec), options)
    theory = scalar_theory(network)
    tell_features(network)
    if options.depth is not None:
        theory = theory.at_any_depth(options.depth)
    results = _results(theory, network, options)
    solutions = _solutions(theory, network, options)
    steps = [theory.step(result) for result in results]
    if options.latex:
        print(theory.to_latex(*results), end="")
    elif options.markdown:
        print(theory.to_markdown(*results), end="")
    else:
        for line in _lines(theory, steps, options):
            print(line)
    if options.certify:
        _certify(theory, steps, options)
    if solutions is not None:
        print(_table(solutions))
    return 0


def _refuse(options: Options) -> None:
    from derive.theories.networks.verbs.options import refuse_together

    refuse_together(options, "latex", "markdown")
    for one in ("latex", "markdown"):
        for other in ("certify", "data", "examples", "signal"):
            refuse_together(options, one, other, "numbers go with plain text")
    if options.order is not None and options.series is None:
        raise UsageError("--order: it is for a series; give --series too")
    if options.fixed is not None and options.limit != "depth":
        raise UsageError("--fixed: it is for the limit of infinite depth; give --limit depth too")
    refuse_together(options, "data", "examples")
    refuse_together(options, "data", "signal")
    if (options.examples is None) != (options.signal is None):
        raise UsageError("--examples and --signal: they go together; give both, or --data")
    refuse_together(options, "depth", "examples", "numbers are for the network's own depth")
    refuse_together(options, "depth", "data", "numbers are for the network's own depth")


def _results(theory: ScalarTheory, network: Network, options: Options) -> list[Result]:
    """What is asked for, in the order of the options."""
    from derive.errors import RuleError
    from derive.theories.networks.analysis.scalar.described import require_equal_widths

    results: list[Result] = []
    cold = network.temperature == 0
    equal = options.series == "alpha" or options.limit is not None
    if options.explicit:
        alike = len({s.width for s in theory.theory.notation.streams()}) == 1
        results.append(theory.explicit(equal=alike))
    if options.series is not None:
        order = ORDER if options.order is None else options.order
        results.append(theory.series(options.series, order, cold=cold))
    if options.limit is not None:
        results.append(theory.limit(options.limit, fixed=options.fixed or "examples"))
    if equal:
        require_equal_widths(theory.theory)
    if (options.explicit or options.limit not in (None, "alpha=0")) and not cold:
        raise RuleError(
            f"explicit solutions and limits are for zero temperature, and this network's is "
            f"{network.temperature}; give --temperature 0"
        )
    return results


def _solutions(theory: ScalarTheory, network: Network, options: Options) -> Solutions | None:
    from derive.errors import SolveError
    from derive.theories.networks.analysis.scalar.described import values_of, values_on_data
    from derive.theories.networks.description import load_data

    digits = options.digits or DIGITS
    if options.data is not None:
        data = load_data(options.data, network)
        return theory.solve(values_on_data(theory.theory, network.temperature, data), digits)
    if options.examples is None:
        return None
    values = values_of(theory.theory, network.temperature)
    if network.temperature != 0:
        raise SolveError(
            f"--signal: at the temperature {network.temperature} the solution depends on more than "
            "s; give --data, or --temperature 0"
        )
    return theory.solve({**values, "P": options.examples, "s": repr(options.signal)}, digits)


def _lines(theory: ScalarTheory, steps: list[Any], options: Options) -> list[str]:
    from derive.steps.table import step_lines
    from derive.theories.networks.analysis.scalar.printing import DISPLAYS

    if not options.steps:
        lines = [repr(theory)]
    else:
        lines = [line for step in theory.steps for line in step_lines(step, DISPLAYS)]
    return lines + [line for step in steps for line in step_lines(step, DISPLAYS)]


def _certify(theory: ScalarTheory, steps: list[Any], options: Options) -> None:
    digits = options.digits or DIGITS
    certificates = [*theory.certify(digits), *(step.certificate(digits) for step in steps)]
    print("certificates")
    for step, evidence in zip([*theory.steps, *steps], certificates, strict=True):
        print(f"  {step.name}: {evidence.digits} digits; {evidence.detail}")


def _table(solutions: Solutions) -> str:
    from derive.theories.networks.analysis.scalar.printing import solution_lines

    return "\n".join(solution_lines(solutions, SHOWN))
