"""`derive sweep`: every point of a grid, into one table and a figure."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

from derive.commands.usage import Options, Parser, UsageError
from derive.commands.values import assignment, assignments, file, listed, number, whole, widths
from derive.escaping import terminal

EXAMPLE = (
    "derive sweep network.toml --data data.npz --widths 10,30,100,inf --temperatures 0.01,0.1\n"
    "  derive sweep --widths 10,30,100,inf --examples 20,50,100 --seeds 0,1,2"
)
DEFAULT_FOLDER = "derive-sweep"
AXES = ("widths", "temperatures", "variance", "examples", "seeds", "depth")
SHOWN = 10
"""Points that did not converge which are named on the terminal; the table has them all."""


def fill(parser: Parser) -> None:
    """The options of the command."""
    parser.add_argument(
        "spec", metavar="SPEC.toml", type=file, nargs="?",
        help="the network, in TOML; left out, the packaged hidden Markov task with four paths",
    )  # fmt: skip
    parser.add_argument("--data", type=file, metavar="FILE.npz", help="the data, for SPEC.toml")
    _fill_axes(parser.add_argument_group("what is swept: the product of what is given"), parser)
    parser.add_argument(
        "--set", type=assignment, action="append", default=[], metavar="NAME=VALUE",
        help="give a symbol of the network its value; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=file, default=DEFAULT_FOLDER, metavar="DIR",
        help=f"folder to write (default: {DEFAULT_FOLDER})",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true",
        help="go on with a folder: points that are in it are kept, and new ones may be added",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier sweep's files")
    parser.add_argument(
        "--jobs", type=whole(1), metavar="K", help="processes (default: one for every core)"
    )
    parser.add_argument(
        "--cluster", type=file, metavar="ADDRESS",
        help="solve on the Dask cluster with its scheduler there, such as tcp://127.0.0.1:8786",
    )  # fmt: skip


def _fill_axes(group: Any, parser: Parser) -> None:
    parser.flags += ["--" + name for name in AXES]
    group.add_argument(
        "--widths", type=widths, metavar="N,N,...", help="one for every layer; inf is allowed"
    )
    group.add_argument(
        "--temperatures", type=listed(number), metavar="T,T,...", help="of the label noise"
    )
    group.add_argument(
        "--variance", type=assignments, action="append", default=[], metavar="NAME=S,S,...",
        help="of a weight, by its symbol in SPEC.toml, or by its name in the derivation: s_0 for "
        "the embedding, s_1, ..., s_a for the readout; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--depth", type=assignments, action="append", default=[], metavar="NAME=L,L,...",
        help="how often a block is repeated, by the symbol in SPEC.toml; the data are those of the "
        "deepest network, of which others take the lowest layers; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--examples", type=listed(whole(1)), metavar="P,P,...",
        help="the first P training examples, or with --seeds P of them that the seed draws "
        "(more examples contain fewer); of the packaged task, as many are drawn",
    )  # fmt: skip
    group.add_argument(
        "--seeds", type=listed(whole(0)), metavar="S,S,...",
        help="of the packaged task's data (default: 0), or of the choice of --examples",
    )  # fmt: skip


def sweep(options: Options) -> int:
    """Sweep, and say what came out and where it is."""
    from derive.theories.networks.sweeps.pipeline import Settings, Sweep
    from derive.theories.networks.sweeps.pipeline import sweep as solve_all

    _refuse(options)
    wanted = Sweep(_subject(options), _axes(options), _command(options))
    settings = {"resume": options.resume, "overwrite": options.overwrite}
    if options.jobs is not None:
        settings["processes"] = options.jobs
    outcome = solve_all(wanted, options.out, Settings(**settings, cluster=options.cluster))
    _report(outcome)
    return outcome.status


def _refuse(options: Options) -> None:
    from derive.theories.networks.verbs.options import refuse_together

    refuse_together(options, "resume", "overwrite")
    refuse_together(options, "jobs", "cluster", "the cluster has its own workers; leave out --jobs")
    if not any(getattr(options, name) for name in AXES):
        raise UsageError(
            "there is nothing to sweep; give --widths, --temperatures, --variance, --examples, "
            "--seeds or --depth, such as --widths 10,30,100,inf"
        )
    for option in ("variance", "depth"):
        names = [name for name, _ in getattr(options, option)]
        for name in names:
            if names.count(name) > 1:
                raise UsageError(
                    f"--{option}: {name[:60]!r} is given twice; give all its values once"
                )
    if options.spec is None and options.data is not None:
        raise UsageError("--data: the network is missing; give SPEC.toml in front of it")
    if options.spec is not None and options.data is None:
        raise UsageError("--data: it is missing; give --data FILE.npz with SPEC.toml")


def _subject(options: Options) -> Any:
    from dataclasses import replace

    from derive.theories.networks.description import load_network
    from derive.theories.networks.sweeps.subject import packaged_subject, user_subject
    from derive.theories.networks.verbs.options import with_symbols

    if options.spec is None:
        packaged = packaged_subject()
        return replace(packaged, network=with_symbols(packaged.network, options))
    network = with_symbols(load_network(options.spec), options)
    return user_subject(network, options.data, _axes(options))


def _axes(options: Options) -> Any:
    from derive.theories.networks.sweeps.grid import Axes

    return Axes(
        widths=options.widths or (),
        temperatures=options.temperatures or (),
        variances=tuple(options.variance),
        examples=options.examples or (),
        seeds=options.seeds or (),
        depths=tuple(options.depth),
    )


def _report(outcome: Any) -> None:
    from derive.wording import one_line

    total, failed = len(outcome.rows), len(outcome.failed)
    there = total - outcome.solved
    print(
        f"{total} point{'s' * (total != 1)}"
        + (f", {there} of them were there already" if there else "")
    )
    for transition in outcome.transitions[:SHOWN]:
        print(terminal(str(transition)))
    if len(outcome.transitions) > SHOWN:
        print(f"and {len(outcome.transitions) - SHOWN} more; see transitions.csv")
    print(f"table: {terminal(str(outcome.table))}")
    for figure in outcome.figures:
        print(f"figure: {terminal(str(figure))}")
    if not outcome.figures:
        print("derive: note: no figure without matplotlib; install derive[plot]", file=sys.stderr)
    for line in outcome.failed[:SHOWN]:
        print(f"derive: {one_line(line)}", file=sys.stderr)
    if failed > SHOWN:
        print(f"derive: and {failed - SHOWN} more; see converged in the table", file=sys.stderr)


def _command(options: Options) -> str:
    """The call, without the paths of one machine and without what changes no result."""
    parts = ["derive", "sweep"]
    if options.spec is not None:
        parts += [Path(options.spec).name, "--data", Path(options.data).name]
    for name in ("widths", "temperatures", "examples", "seeds"):
        if getattr(options, name):
            parts += [f"--{name}", ",".join(map(str, getattr(options, name)))]
    for option in ("variance", "depth"):
        for name, values in getattr(options, option):
            parts += [f"--{option}", f"{name}={','.join(map(str, values))}"]
    for name, value in options.set:
        parts += ["--set", f"{name}={value}"]
    return shlex.join(parts)
