"""The options of `derive run` that choose a packaged task."""

from __future__ import annotations

from derive.commands.usage import Options, Parser, UsageError

TASKS = ("hidden-markov", "digits")


def classes(text: str) -> tuple[int | str, ...]:
    """Two digits between commas; what is none is left for the task to refuse.

    >>> classes("3,8"), classes("3,x")
    ((3, 8), (3, 'x'))
    """
    parts = [part.strip() for part in text.split(",")]
    return tuple(int(part) if part.isdecimal() and len(part) < 10 else part for part in parts)


def heads(text: str) -> tuple[tuple[str, ...], ...]:
    """Names of heads between commas, layers between slashes.

    >>> heads("local,match/uniform")
    (('local', 'match'), ('uniform',))
    """
    return tuple(
        tuple(name.strip() for name in layer.split(",") if name.strip())
        for layer in text.split("/")
    )


def fill(parser: Parser) -> None:
    """The options."""
    parser.flags += ["--task", "--classes", "--heads"]
    group = parser.add_argument_group("packaged tasks, without SPEC.toml")
    group.add_argument(
        "--task", choices=TASKS, metavar="NAME", help=f"{' (default) or '.join(TASKS)}"
    )
    group.add_argument(
        "--classes", type=classes, metavar="A,B", help="the two digits (default: 3,8)"
    )
    group.add_argument(
        "--heads", type=heads, metavar="A,B/C,D",
        help="heads of the lower layer, then the upper: names, or how many default ones",
    )  # fmt: skip


def refuse(options: Options) -> None:
    """Raise UsageError where options do not belong to the task that is asked for."""
    if options.task is not None and options.spec is not None:
        raise UsageError("--task: it is for packaged tasks; give it without SPEC.toml")
    for name in ("classes", "heads"):
        if getattr(options, name) is not None and options.task != "digits":
            raise UsageError(f"--{name}: it is for the digits; give --task digits too")
    if options.ladder and options.task == "digits":
        raise UsageError(
            "--ladder: it is for the hidden Markov task and networks of your own; leave it out"
        )
