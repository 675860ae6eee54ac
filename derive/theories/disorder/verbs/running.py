"""The options of `derive run`."""

from __future__ import annotations

from argparse import ArgumentTypeError

from derive.commands.usage import Parser
from derive.commands.values import assignments, file

DEFAULT_FOLDER = "derive-run"


def over(text: str) -> tuple[str, tuple[float, ...]]:
    """A parameter, and the values that it takes where they are given.

    >>> over("alpha"), over("alpha=0.5,1")
    (('alpha', ()), ('alpha', (0.5, 1)))
    """
    if "=" in text:
        return assignments(text)
    if not text.strip():
        raise ArgumentTypeError("it names no parameter; write for example alpha=0.5,1,1.5")
    return text.strip(), ()


def fill(parser: Parser) -> None:
    """The options, besides those of values."""
    parser.add_argument(
        "spec", metavar="MODEL.toml", type=file, nargs="?", help="the model, in TOML"
    )
    parser.add_argument("--model", metavar="NAME", help="a model of the gallery, such as hopfield")
    parser.add_argument(
        "--over", type=over, metavar="NAME[=V,V,...]",
        help="the parameter of table and figures (default: a ratio, or beta, around its value)",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=file, default=DEFAULT_FOLDER, metavar="DIR",
        help=f"folder to write (default: {DEFAULT_FOLDER})",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true", help="go on with a folder, keeping what is solved"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier run's files")
    parser.add_argument(
        "--no-checks", action="store_true", help="leave out checks and certificates"
    )
