"""The verbs about networks, with their options."""

from __future__ import annotations

from typing import Any

from derive.commands.usage import Parser
from derive.commands.values import digits, file, size, whole, width, widths
from derive.commands.verb import Verb
from derive.theories.networks.verbs import expand, packaged, scalar, sweep, symmetric
from derive.theories.networks.verbs.arguments import DEFAULT_FOLDER, add_changes, add_spec


def _run(parser: Parser) -> None:
    add_spec(parser, optional=True)
    parser.add_argument("--data", type=file, metavar="FILE.npz", help="the data, for SPEC.toml")
    parser.add_argument(
        "--widths", type=widths, metavar="N,N,...", help="widths to solve at, besides infinity"
    )
    parser.add_argument(
        "--out", type=file, default=DEFAULT_FOLDER, metavar="DIR",
        help=f"folder to write (default: {DEFAULT_FOLDER})",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true", help="go on with a folder, keeping what is solved"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier run's files")
    parser.add_argument(
        "--seeds", type=whole(1), metavar="K", help="draws of the packaged task (default: 5)"
    )
    add_changes(parser)
    parser.add_argument(
        "--digits", type=digits(15), default=50, metavar="D", help="of the checks (default: 50)"
    )
    parser.add_argument(
        "--jobs", type=whole(1), default=2, metavar="K", help="processes (default: 2)"
    )
    parser.add_argument(
        "--no-checks", action="store_true", help="leave out checks and certificates"
    )
    parser.add_argument(
        "--ladder", action="store_true",
        help="add the verification ladder to the report: exact law and sampled weights (minutes)",
    )  # fmt: skip
    packaged.fill(parser)


def _show(parser: Parser) -> None:
    add_spec(parser, optional=True)
    parser.add_argument(
        "--repeat", type=size, metavar="L",
        help="repeat the layers between embedding and readout: a number of times, or a symbol",
    )  # fmt: skip
    parser.add_argument(
        "--heads", type=size, metavar="H", help="heads of every attention layer: number or symbol"
    )
    parser.add_argument("--latex", action="store_true", help="a LaTeX document that compiles")
    parser.add_argument("--markdown", action="store_true", help="Markdown, equations in LaTeX")
    parser.add_argument(
        "--certify", action="store_true", help="check every step numerically, and say how well"
    )
    parser.add_argument(
        "--digits", type=digits(5), metavar="D", help="of the certificates (default: 20)"
    )


def _generate(parser: Parser) -> None:
    add_spec(parser, optional=False)
    parser.add_argument(
        "--out", type=file, metavar="MODULE.py", help="file to write (default: standard output)"
    )


def _solve(parser: Parser) -> None:
    add_spec(parser, optional=False)
    parser.add_argument(
        "--data", type=file, required=True, metavar="FILE.npz", help="inputs and labels"
    )
    parser.add_argument(
        "--out", type=file, required=True, metavar="SOLUTION.npz", help="file to write"
    )
    parser.add_argument(
        "--width", type=width, metavar="N", help="one width for every layer; inf is allowed"
    )
    add_changes(parser)
    parser.add_argument(
        "--starts", type=whole(1), metavar="K", help="search from K random starts as well"
    )
    parser.add_argument(
        "--seed", type=whole(0), metavar="S", help="of the random starts (default: 0)"
    )
    parser.add_argument(
        "--continuation", action="store_true", help="come down in width, from a thousand times N"
    )


def _check(parser: Parser) -> None:
    add_spec(parser, optional=True)
    parser.add_argument(
        "--digits", type=digits(15), default=50, metavar="D", help="to check to (default: 50)"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, metavar="S", help="of random instances (default: 0)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument(
        "--module", type=file, metavar="SOLVER.py",
        help="check this module, edited or old, in the place of one generated anew; it is a Python "
        "program, and it is run",
    )  # fmt: skip
    parser.add_argument(
        "--ladder", action="store_true",
        help="all the evidence there is: certificates, published formulas, the exact law of the "
        "overlaps, and Gibbs sampling of the weights (minutes)",
    )  # fmt: skip
    group = parser.add_argument_group("with --ladder")
    _ladder(parser, group)


def _ladder(parser: Parser, group: Any) -> None:
    parser.flags += ["--data", "--out", "--resume", "--overwrite", "--jobs", "--draws"]
    group.add_argument(
        "--data", type=file, metavar="FILE.npz", help="data to sample on (default: drawn)"
    )
    group.add_argument(
        "--out", type=file, metavar="DIR", help="folder for ladder.json, ladder.html and the draws"
    )
    group.add_argument("--resume", action="store_true", help="go on with the draws in the folder")
    group.add_argument("--overwrite", action="store_true", help="replace an earlier ladder's files")
    group.add_argument(
        "--draws",
        type=whole(100),
        metavar="K",
        help="draws of each chain (default: until enough of them count, at most 16000)",
    )
    group.add_argument("--jobs", type=whole(1), metavar="K", help="processes (default: 2)")
    add_changes(parser)


def _compare(parser: Parser) -> None:
    parser.add_argument(
        "claim", metavar="CLAIM.toml", type=file, nargs="?", help="the claim, in TOML"
    )
    parser.add_argument(
        "--gallery", action="store_true", help="decide the claims that come with the program"
    )
    parser.add_argument(
        "--digits", type=digits(15), default=30, metavar="D", help="to compare to (default: 30)"
    )
    parser.add_argument(
        "--instances", type=whole(1), default=3, metavar="K", help="for each line (default: 3)"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, metavar="S", help="of random instances (default: 0)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, not text")


HOME = "derive.theories.networks.verbs"
VERBS = {
    "run": Verb(
        "derive, solve and check, and write a folder with a report",
        "derive run network.toml --data data.npz --widths 10,30,100 --out results",
        _run,
        f"{HOME}.run:run",
    ),
    "show": Verb(
        "print a network and the derivation of its theory",
        "derive show network.toml --certify\n  derive show --repeat L --heads H",
        _show,
        f"{HOME}.show:show",
    ),
    "generate": Verb(
        "write a network's solver as a module that imports numpy and scipy only",
        "derive generate network.toml --out solver.py",
        _generate,
        f"{HOME}.generate:generate",
    ),
    "solve": Verb(
        "solve a network on data, and write its order parameters",
        "derive solve network.toml --data data.npz --out solution.npz --width 10",
        _solve,
        f"{HOME}.solve:solve",
    ),
    "check": Verb(
        "check generated code and known limits at many digits",
        "derive check network.toml --digits 50",
        _check,
        f"{HOME}.check:check",
    ),
    "compare": Verb(
        "check a derivation of your own, line by line",
        "derive compare claim.toml",
        _compare,
        f"{HOME}.compare:compare",
    ),
    "expand": Verb(
        "expand the saddle point, or the exact law, in 1/N at a fixed number of examples",
        expand.EXAMPLE,
        expand.fill,
        f"{HOME}.expand:expand",
    ),
    "scalar": Verb(
        "print the theory in numbers of a network with one head in every layer",
        "derive scalar network.toml --series alpha --order 4 --temperature 0",
        scalar.fill,
        f"{HOME}.scalar:scalar",
    ),
    "symmetric": Verb(
        "exchangeable heads: their theory, their symmetric point on data, and whether it is stable",
        "derive symmetric network.toml --data data.npz --onset 1,10",
        symmetric.fill,
        f"{HOME}.symmetric:symmetric",
    ),
    "sweep": Verb(
        "solve a network at every point of a grid, into one table and a figure",
        sweep.EXAMPLE,
        sweep.fill,
        f"{HOME}.sweep:sweep",
    ),
}
"""Name to verb."""
