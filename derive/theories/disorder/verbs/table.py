"""The verbs about disordered models, with their options."""

from __future__ import annotations

from derive.commands.usage import Parser
from derive.commands.values import assignment, assignments, digits, file, listed_numbers, whole
from derive.commands.verb import Verb
from derive.theories.disorder.verbs.running import fill as fill_run


def add_model(parser: Parser) -> None:
    """The model."""
    parser.add_argument("spec", metavar="MODEL.toml", type=file, help="the model, in TOML")


def add_settings(parser: Parser) -> None:
    """Values of parameters."""
    parser.add_argument(
        "--set", type=assignment, action="append", default=[], metavar="NAME=VALUE",
        help="a parameter, such as alpha=1.2 or beta=2; again for each",
    )  # fmt: skip


def add_starts(parser: Parser) -> None:
    """Random starts."""
    parser.add_argument(
        "--starts", type=whole(0), default=4, metavar="K", help="random starts (default: 4)"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, metavar="S", help="of the random starts (default: 0)"
    )


def _show(parser: Parser) -> None:
    add_model(parser)
    parser.add_argument("--latex", action="store_true", help="a LaTeX document that compiles")
    parser.add_argument("--markdown", action="store_true", help="Markdown, equations in LaTeX")
    parser.add_argument(
        "--certify", action="store_true", help="check every step numerically, and say how well"
    )
    parser.add_argument(
        "--digits", type=digits(5), metavar="D", help="of the certificates (default: 20)"
    )


def _generate(parser: Parser) -> None:
    add_model(parser)
    parser.add_argument(
        "--out", type=file, metavar="MODULE.py", help="file to write (default: standard output)"
    )


def _solve(parser: Parser) -> None:
    add_model(parser)
    add_settings(parser)
    parser.add_argument("--out", type=file, metavar="SOLUTION.npz", help="file to write")
    parser.add_argument(
        "--start", type=listed_numbers, metavar="X,X,...",
        help="order parameters to begin at; then no other start is tried",
    )  # fmt: skip
    add_starts(parser)


def _compare(parser: Parser) -> None:
    parser.add_argument("claim", metavar="CLAIM.toml", type=file, help="the claim, in TOML")
    parser.add_argument(
        "--instances", type=whole(1), default=3, metavar="K", help="for each line (default: 3)"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, metavar="S", help="of random points (default: 0)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, not text")


def _run(parser: Parser) -> None:
    fill_run(parser)
    add_settings(parser)


def _check(parser: Parser) -> None:
    add_model(parser)
    add_settings(parser)
    parser.add_argument("--json", action="store_true", help="the verdicts as JSON")
    parser.add_argument(
        "--seed", type=whole(0), default=0, metavar="S", help="of starts and draws (default: 0)"
    )
    parser.add_argument(
        "--ladder", action="store_true", help="against instances of finite size instead"
    )
    parser.add_argument(
        "--samples", type=whole(8), metavar="K",
        help="with --ladder: instances of the smallest size (default: 200)",
    )  # fmt: skip


def _sweep(parser: Parser) -> None:
    add_model(parser)
    parser.add_argument(
        "--over", type=assignments, action="append", default=[], metavar="NAME=V,V,...",
        help="a parameter and its values; branches are followed along the first, and given again "
        "the product is swept",
    )  # fmt: skip
    add_settings(parser)
    parser.add_argument(
        "--out", type=file, default=DEFAULT_FOLDER, metavar="DIR",
        help=f"folder to write (default: {DEFAULT_FOLDER})",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true", help="go on with a folder, keeping what is solved"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier sweep's files")
    add_starts(parser)


DEFAULT_FOLDER = "derive-sweep"
HOME = "derive.theories.disorder.verbs"
VERBS = {
    "show": Verb(
        "print a disordered model's replica-symmetric theory and how it is derived",
        "derive show perceptron.toml --certify",
        _show,
        f"{HOME}.write:show",
    ),
    "generate": Verb(
        "write a disordered model's solver as a module that imports numpy and scipy only",
        "derive generate perceptron.toml --out solver.py",
        _generate,
        f"{HOME}.write:generate",
    ),
    "solve": Verb(
        "solve the replica-symmetric equations of a disordered model",
        "derive solve perceptron.toml --set alpha=1.2 --out solution.npz",
        _solve,
        f"{HOME}.solve:solve",
    ),
    "compare": Verb(
        "check a formula of your own for a disordered model",
        "derive compare claim.toml",
        _compare,
        f"{HOME}.compare:compare",
    ),
    "run": Verb(
        "derive, solve and check a disordered model, into a folder with a report",
        "derive run --model hopfield --out hopfield",
        _run,
        f"{HOME}.run:run",
    ),
    "check": Verb(
        "hold a disordered model's generated solver against definitions and known limits",
        "derive check perceptron.toml --set alpha=1.2",
        _check,
        f"{HOME}.check:check",
    ),
    "sweep": Verb(
        "follow the branches of a disordered model along parameters, into a table and a figure",
        "derive sweep perceptron.toml --over alpha=0.5,1,1.5 --set kappa=0.2 --out sweep",
        _sweep,
        f"{HOME}.sweep:sweep",
    ),
}
"""Name to verb."""
