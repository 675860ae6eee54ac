"""`derive expand`: the saddle point, or the exact law, in powers of 1/N at fixed P."""

from __future__ import annotations

from typing import Any

from derive.commands.usage import Options, Parser, UsageError
from derive.commands.values import digits, file, whole
from derive.escaping import terminal
from derive.theories.networks.verbs.arguments import add_changes, add_spec

EXAMPLE = "derive expand network.toml --finite-width --out expansion.py"
ORDER = 2
DIGITS = 20


def fill(parser: Parser) -> None:
    """The options of the command."""
    add_spec(parser, optional=False)
    parser.add_argument(
        "--order", type=whole(1), metavar="K",
        help=f"highest power of 1/N of the saddle point (default: {ORDER})",
    )  # fmt: skip
    parser.add_argument(
        "--finite-width", action="store_true",
        help="expand the exact law instead, to first order: fluctuations and N - m - 1 included",
    )  # fmt: skip
    add_changes(parser)
    parser.add_argument("--latex", action="store_true", help="a LaTeX document that compiles")
    parser.add_argument(
        "--certify", action="store_true", help="check every step numerically, and say how well"
    )
    parser.add_argument(
        "--digits", type=digits(5), metavar="D", help=f"of the certificates (default: {DIGITS})"
    )
    parser.add_argument(
        "--out", type=file, metavar="MODULE.py",
        help="write the expansion as a module that imports numpy and scipy only",
    )  # fmt: skip


def expand(options: Options) -> int:
    """Print the expansion, or write its module; with --certify the evidence for its steps."""
    from derive.running.files import check_target
    from derive.theories.networks.description import load_network
    from derive.theories.networks.verbs.options import changed, tell_features

    _refuse(options)
    if options.digits is not None and not options.certify:
        raise UsageError("--digits: it is for certificates; give --certify too")
    network = changed(load_network(options.spec), options)
    target = None if options.out is None else check_target(options.out, options.spec)
    expansion = _expansion(network, options)
    tell_features(network)
    if target is None:
        print(expansion.to_latex() if options.latex else repr(expansion), end="")
        print(end="" if options.latex else "\n")
    if options.certify:
        _certify(expansion, options.digits or DIGITS)
    if target is not None:
        _write(expansion, target, options.out)
    return 0


def _refuse(options: Options) -> None:
    from derive.theories.networks.verbs.options import refuse_together

    one = "the exact law is expanded to first order; leave out --order"
    refuse_together(options, "finite_width", "order", one)
    refuse_together(options, "latex", "certify", "certificates go with plain text")
    refuse_together(options, "latex", "out", "a module is no document; give one of the two")


def _expansion(network: Any, options: Options) -> Any:
    from derive.theories.networks.analysis.expansions import (
        finite_width_expansion,
        saddle_expansion,
    )
    from derive.theories.networks.derivation import derive

    derivation = derive(network)
    if options.finite_width:
        return finite_width_expansion(derivation)
    return saddle_expansion(derivation, options.order or ORDER)


def _certify(expansion: Any, digits: int) -> None:
    from derive.running.progress import spinner
    from derive.steps.table import certificate_lines

    with spinner("certifying") as tell:
        evidence = expansion.certify(digits, progress=tell)
    for line in certificate_lines(expansion.steps, evidence):
        print(line)


def _write(expansion: Any, target: Any, name: str) -> None:
    from derive.running.files import write_text
    from derive.theories.networks.module.expansions import generate_expansion

    write_text(target, generate_expansion(expansion).source)
    print(f"wrote {terminal(name)}")
