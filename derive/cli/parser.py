"""The commands, their options, and one line for every wrong call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from derive import __version__
from derive.commands.usage import Options, Parser, UsageError, choices_text
from derive.commands.verb import Theory, Verb
from derive.theories import theories


def read(arguments: list[str]) -> tuple[Options, Verb]:
    """The options of a call, and its verb.

    Raises:
        UsageError: The call is wrong.
        SystemExit: Help or the version was asked for, and printed.
    """
    verbs = theory_of(arguments).verbs
    top, commands = _parsers(verbs)
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    if word is None:
        top.refuse_unknown(arguments)
        top.parse_args(arguments or ["--help"])
        raise UsageError(f"a command is missing; valid: {', '.join(commands)}")
    if word not in commands:
        raise UsageError(f"unknown command {choices_text(word, list(commands))}")
    parser, at = commands[word], arguments.index(word)
    if "--out" in parser.flags:
        arguments = ["--out" if argument == "-o" else argument for argument in arguments]
    top.refuse_unknown(arguments[:at])
    parser.refuse_unknown(arguments[at + 1 :])
    options, rest = top.parse_known_args(arguments)
    if rest:
        parser.error(f"unexpected argument {rest[0]!r}")
    return options, verbs[word]


def theory_of(arguments: Sequence[str]) -> Theory:
    """The theory that a call is about: that of the first file whose `kind` is one of a theory's.

    A call without such a file is about the first theory.
    """
    first, *others = theories()
    paths = [path for path in arguments if path.endswith(".toml") and not path.startswith("-")]
    kind = _kind_of(paths[0]) if others and paths else None
    return next((theory for theory in others if theory.kind == kind), first)


def _kind_of(path: str) -> Any:
    """What a description says it is; None where it does not, or cannot be read."""
    from derive.files import Untidy, read_table  # which take NumPy along

    try:
        return read_table(path, "description").get("kind")
    except Untidy:  # the verb says what is wrong with it
        return None


def _parsers(verbs: Mapping[str, Verb]) -> tuple[Parser, dict[str, Parser]]:
    top = Parser(
        prog="derive",
        description="Derive, generate, solve and check order-parameter theories of Bayesian "
        "neural networks.",
        epilog="Begin with 'derive run'. Every command has an example: derive solve --help",
    )
    top.add_argument("--version", action="version", version=f"derive {__version__}")
    group = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands = {}
    for name, verb in verbs.items():
        said = f"{verb.summary[0].upper()}{verb.summary[1:]}."
        epilog = f"example:\n  {verb.example}"
        commands[name] = group.add_parser(name, help=verb.summary, description=said, epilog=epilog)
        verb.fill(commands[name])
    return top, commands
