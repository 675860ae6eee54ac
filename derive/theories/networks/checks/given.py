"""A generated module that a user gives: edited, old, or as it was."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from derive.errors import DataError
from derive.evidence.verdict import why
from derive.theories.networks.checks.subject import Subject
from derive.wording import shown

MOST_BYTES = 10**7
"""Far above any generated module."""
NEEDED = ("make_problem", "infinite_width", "path_table")
"""Functions without which nothing can be asked of a module."""
REMEDY = "give the module of this network, or make it with derive generate"


def load_module(path: str | Path) -> ModuleType:
    """Run a Python file as a module.

    Args:
        path: A module that `derive generate` wrote, which may have been edited since. It is a
            program, and it is run: name only what you trust.

    Raises:
        DataError: It cannot be read or run, or is no generated module.
    """
    text = _text(path)
    module = ModuleType("derive_given")
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)  # named by the user to be run
    except Exception as error:
        raise DataError(f"{path}: it cannot be run ({why(error)}); {REMEDY}") from None
    missing = [name for name in NEEDED if not callable(getattr(module, name, None))]
    if missing:
        raise DataError(f"{path}: it has no function {missing[0]}; {REMEDY}")
    return module


def _text(path: str | Path) -> str:
    try:
        if not Path(path).is_file():
            said = "it is no plain file" if Path(path).exists() else "there is no such file"
            raise DataError(f"{path}: {said}; give a module of derive generate")
        if Path(path).stat().st_size > MOST_BYTES:
            raise DataError(f"{path}: it is larger than any module; {REMEDY}")
        return Path(path).read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(f"{path}: it cannot be read ({error.strerror}); {REMEDY}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: it is no text; {REMEDY}") from None


def refuse_foreign(subject: Subject) -> None:
    """Refuse a module of another network: of other streams, weights, branches or outputs.

    Raises:
        DataError: It is.
    """
    module, sample, graph = subject.module, subject.draw(1).sample(), subject.theory.notation.graph
    above = tuple(weight.above for weight in graph.weights if weight.above is not None)
    _compare("streams of the layers", getattr(module, "STREAM_OF_LAYER", above), above)
    _compare("outputs", getattr(module, "OUTPUTS", 1), graph.weights[-1].outputs)
    try:
        problem = sample.problem(module)
        sizes = [np.shape(point) for point in module.infinite_width(problem)]
        paths = len(module.path_table(sample.attention_heads()))
    except Exception as error:
        raise DataError(
            f"module: it does not take the numbers of this network ({why(error)}); {REMEDY}"
        ) from None
    counts = [sample.count(stream.index) for stream in graph.streams]
    _compare("sizes of the order parameters", sizes, [(count, count) for count in counts])
    _compare("paths", paths, sample.attended.shape[2])


def _compare(what: str, value: Any, due: Any) -> None:
    if value != due:
        raise DataError(
            f"module: it is of another network ({what}: {shown(str(value))}, here {due}); {REMEDY}"
        )
