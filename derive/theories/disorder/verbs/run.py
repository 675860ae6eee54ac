"""`derive run` of a disordered model: everything, into a folder with a report."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from derive.commands.usage import Options, UsageError
from derive.escaping import terminal
from derive.theories.disorder.description import DisorderedModel, load_model
from derive.theories.disorder.gallery import gallery_model
from derive.theories.disorder.runs.pipeline import run as run_task
from derive.theories.disorder.runs.task import Task, axis
from derive.theories.disorder.verbs.solve import settings


def run(options: Options) -> int:
    """Run, and say what came out."""
    if options.resume and options.overwrite:
        raise UsageError("--resume: it goes without --overwrite; give one of them")
    model, given = _model(options), settings(options)
    name, grid = axis(model, given, *(options.over or (None,)))
    task = Task(model, given, name, grid, _command(options), not options.no_checks)
    outcome = run_task(task, options.out, resume=options.resume, overwrite=options.overwrite)
    for sentence in outcome.findings:
        print(sentence)
    print(f"report: {terminal(str(outcome.report))}")
    for warning in outcome.warnings:
        print(f"derive: {warning}", file=sys.stderr)
    return outcome.status


def _model(options: Options) -> DisorderedModel:
    if options.spec is None and options.model is None:
        raise UsageError("the model is missing; give MODEL.toml, or --model NAME")
    if options.spec is not None and options.model is not None:
        raise UsageError("--model: it goes without MODEL.toml; give one of them")
    return load_model(options.spec) if options.model is None else gallery_model(options.model)


def _command(options: Options) -> str:
    """The call, without the paths of one machine and without what changes no result."""
    named = options.model is not None
    parts = ["derive", "run", *(["--model", options.model] if named else [Path(options.spec).name])]
    for name, value in options.set:
        parts += ["--set", f"{name}={value}"]
    if options.over is not None:
        name, values = options.over
        shown = ",".join(map(str, values))
        parts += ["--over", f"{name}={shown}" if values else name]
    return shlex.join(parts)
