"""The arguments that several verbs about networks have."""

from __future__ import annotations

from derive.commands.usage import Parser
from derive.commands.values import assignment, file, number

DEFAULT_FOLDER = "derive-run"


def add_spec(parser: Parser, *, optional: bool) -> None:
    """The network."""
    text = "the network, in TOML"
    if optional:
        text += "; left out, the packaged hidden Markov task"
    nargs = {"nargs": "?"} if optional else {}
    parser.add_argument("spec", metavar="SPEC.toml", type=file, help=text, **nargs)


def add_changes(parser: Parser) -> None:
    """The options that change a network's numbers."""
    parser.add_argument(
        "--temperature", type=number, metavar="T", help="variance of the label noise"
    )
    parser.add_argument(
        "--set",
        type=assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="give a symbol of the network its value; may be repeated",
    )
