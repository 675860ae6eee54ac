"""The commands, their options, and one line for every wrong call."""

from __future__ import annotations

from collections.abc import Sequence

from derive import __version__
from derive.commands.usage import Options, Parser, UsageError, choices_text
from derive.commands.verb import Verb
from derive.theories import Theory, described, theories


def read(arguments: list[str]) -> tuple[Options, Verb]:
    """The options of a call, and its verb.

    Raises:
        DescriptionError: The file that it is about is of no theory's kind.
        UsageError: The call is wrong.
        SystemExit: Help or the version was asked for, and printed.
    """
    said = theory_of(arguments)
    verbs = _verbs(said or theories()[0])
    top, commands = _parsers(verbs)
    word = next((argument for argument in arguments if not argument.startswith("-")), None)
    if word is None:
        top.refuse_unknown(arguments)
        top.parse_args(arguments or ["--help"])
        raise UsageError(f"a command is missing; valid: {', '.join(commands)}")
    if word not in commands:
        raise UsageError(f"unknown command {choices_text(word, list(commands))}")
    if said and word not in said.verbs:
        raise UsageError(f"{word}: it is not for {said.subject}; valid: {', '.join(said.verbs)}")
    parser, at = commands[word], arguments.index(word)
    if "--out" in parser.flags:
        arguments = ["--out" if argument == "-o" else argument for argument in arguments]
    top.refuse_unknown(arguments[:at])
    elsewhere = [flag for theory in theories() if word in theory.verbs for flag in theory.flags]
    parser.refuse_unknown(arguments[at + 1 :], elsewhere)
    options, rest = top.parse_known_args(arguments)
    if rest:
        parser.error(f"unexpected argument {rest[0]!r}")
    return options, verbs[word]


def theory_of(arguments: Sequence[str]) -> Theory | None:
    """The theory that a call says it is about.

    The `kind` of its first file says so, or an option that one theory alone has. None where
    neither does: the call is about the first theory, or the first that has its verb.

    Raises:
        DescriptionError: The file is of no theory's kind.
    """
    paths = [path for path in arguments if path.endswith(".toml") and not path.startswith("-")]
    if paths and (theory := described(paths[0])):
        return theory
    given = {argument.partition("=")[0] for argument in arguments}
    return next((theory for theory in theories() if given & set(theory.flags)), None)


def _verbs(theory: Theory) -> dict[str, Verb]:
    """The verbs of all theories by name; those that several have, of one of them."""
    found: dict[str, Verb] = {}
    for each in theories():
        found |= {name: verb for name, verb in each.verbs.items() if name not in found}
    return found | dict(theory.verbs)


def _parsers(verbs: dict[str, Verb]) -> tuple[Parser, dict[str, Parser]]:
    subjects = " and ".join(theory.subject for theory in theories())
    top = Parser(
        prog="derive",
        description=f"Derive, generate, solve and check order-parameter theories of {subjects}.",
        epilog="Begin with 'derive run'. Every command has an example: derive solve --help",
    )
    top.add_argument("--version", action="version", version=f"derive {__version__}")
    group = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands = {}
    for name, verb in verbs.items():
        said = f"{verb.summary[0].upper()}{verb.summary[1:]}."
        commands[name] = group.add_parser(
            name, help=_summary(name), description=said, epilog=_examples(name, verb)
        )
        verb.fill(commands[name])
    return top, commands


def _summary(name: str) -> str:
    """What a verb does, in the list of them; where there are several theories, of each."""
    have = [theory for theory in theories() if name in theory.verbs]
    by_kind = [f"{theory.verbs[name].summary} ({theory.kind})" for theory in have]
    return have[0].verbs[name].summary if len(theories()) == 1 else "; ".join(by_kind)


def _examples(name: str, verb: Verb) -> str:
    """A call of a verb, and one for each other theory that has it."""
    lines = ["example:", f"  {verb.example}"]
    for theory in theories():
        if name in theory.verbs and theory.verbs[name] is not verb:
            lines += [f'of {theory.subject} (kind = "{theory.kind}"):']
            lines += [f"  {theory.verbs[name].example}"]
    return "\n".join(lines)
