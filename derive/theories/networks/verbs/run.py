"""`derive run`: everything, into a folder with a report."""

from __future__ import annotations

import math
import shlex
import sys
from pathlib import Path

from derive.commands.usage import Options, UsageError
from derive.escaping import terminal
from derive.theories.networks.description import load_network
from derive.theories.networks.runs.packaged import (
    DIGITS_WIDTHS,
    SEEDS,
    WIDTHS,
    digits_task,
    packaged_task,
)
from derive.theories.networks.runs.pipeline import Settings
from derive.theories.networks.runs.pipeline import run as run_task
from derive.theories.networks.runs.task import Task, user_task
from derive.theories.networks.tasks import Digits
from derive.theories.networks.tasks.digits import CLASSES, DEFAULT_HEADS, chosen_heads
from derive.theories.networks.verbs import packaged
from derive.theories.networks.verbs.arguments import DEFAULT_FOLDER
from derive.theories.networks.verbs.options import changed, refuse_together


def run(options: Options) -> int:
    """Run the packaged task or a user's own, and say what came out."""
    refuse_together(options, "resume", "overwrite")
    packaged.refuse(options)
    task = _packaged(options) if options.spec is None else _user(options)
    settings = Settings(
        resume=options.resume,
        overwrite=options.overwrite,
        processes=options.jobs,
        checks=not options.no_checks,
        digits=options.digits,
        ladder=options.ladder,
    )
    outcome = run_task(task, options.out, settings)
    for sentence in outcome.findings:
        print(sentence)
    print(f"report: {terminal(str(outcome.report))}")
    for note in outcome.notes:
        print(f"derive: note: {note}", file=sys.stderr)
    for warning in outcome.warnings:
        print(f"derive: {warning}", file=sys.stderr)
    return outcome.status


def _packaged(options: Options) -> Task:
    if options.data is not None:
        raise UsageError("--data: the network is missing; give SPEC.toml in front of it")
    if options.set:
        raise UsageError("--set: it is for a network of your own; give SPEC.toml too")
    if options.task == "digits":
        return _digits(options)
    return packaged_task(
        widths=options.widths or WIDTHS,
        seeds=options.seeds or SEEDS,
        temperature=options.temperature,
        command=_command(options),
    )


def _digits(options: Options) -> Task:
    heads = DEFAULT_HEADS if options.heads is None else chosen_heads(options.heads)
    return digits_task(
        Digits(options.classes or CLASSES, heads),
        widths=options.widths or DIGITS_WIDTHS,
        seeds=options.seeds or SEEDS,
        temperature=options.temperature,
        command=_command(options),
    )


def _user(options: Options) -> Task:
    if options.data is None:
        raise UsageError("--data: it is missing; give --data FILE.npz with SPEC.toml")
    if options.seeds is not None:
        raise UsageError("--seeds: it is for the packaged task; your data are as they are")
    network = changed(load_network(options.spec), options)
    return user_task(network, options.data, widths=options.widths, command=_command(options))


def _command(options: Options) -> str:
    """The call, without the paths of one machine and without what changes no result."""
    parts = ["derive", "run"]
    if options.spec is not None:
        parts += [Path(options.spec).name, "--data", Path(options.data).name]
    if options.task is not None:
        parts += ["--task", options.task]
    if options.classes is not None:
        parts += ["--classes", ",".join(map(str, options.classes))]
    if options.heads is not None:
        parts += ["--heads", "/".join(map(",".join, options.heads))]
    if options.widths is not None:
        parts += ["--widths", ",".join(_number(width) for width in options.widths)]
    if options.seeds is not None:
        parts += ["--seeds", str(options.seeds)]
    for name, value in options.set:
        parts += ["--set", f"{name}={value}"]
    if options.temperature is not None:
        parts += ["--temperature", str(options.temperature)]
    if options.out != DEFAULT_FOLDER:
        parts += ["--out", Path(options.out).name]
    return shlex.join(parts)


def _number(width: float) -> str:
    return "inf" if math.isinf(width) else str(int(width))
