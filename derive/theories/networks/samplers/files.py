"""Draws in .npz files, with what the chains go on from; nothing in them is evaluated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.files import Unreadable, open_archive
from derive.files.seals import sealed, unsealed
from derive.memory import refuse_beyond_memory
from derive.sampling.draws import Draws
from derive.theories.networks.solver.files import write_arrays

FORMAT = "derive draws 1"
DAMAGE = (Unreadable, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading a file raises that was cut short, altered, or written by something else."""


def save_draws(path: str | Path, draws: Draws, source: str = "") -> None:
    """Write draws, through a temporary file beside it.

    Args:
        path: The file.
        draws: What is written.
        source: A digest of what they were made from; the file is sealed with it.

    Raises:
        DataError: The file cannot be written.
    """
    about = {
        "format": FORMAT,
        "method": draws.method,
        "seed": draws.seed,
        "seconds": draws.seconds,
        "interrupted": draws.interrupted,
        "note": draws.note,
        "streams": len(draws.overlaps),
        "states": [_plain(state) for state in draws.state or ()],
    }
    content: dict[str, Any] = {"about": np.array(json.dumps(about))}
    content |= {f"overlaps_{k}": overlap for k, overlap in enumerate(draws.overlaps)}
    content |= {"means": draws.means, "variances": draws.variances}
    if draws.projections is not None:
        content["projections"] = draws.projections
    for number, state in enumerate(draws.state or ()):
        for name, arrays in _arrays(state).items():
            content |= {f"state_{number}_{name}_{k}": array for k, array in enumerate(arrays)}
    write_arrays(path, sealed(content, source) if source else content)


def load_draws(path: str | Path, source: str = "") -> Draws:
    """Read draws.

    Args:
        path: The file.
        source: A digest of what they must have been made from, if wanted.

    Raises:
        SamplingError: The file is missing, damaged, or holds no draws.
        Broken: The draws were made from something else, or were changed.
    """
    try:
        with open_archive(path) as archive:
            refuse_beyond_memory(archive.size, f"reading {path}", "draw anew")
            content = archive.read()
        content = unsealed(content, source) if source else content
        about = json.loads(str(content["about"]))
        if about["format"] != FORMAT:
            raise ValueError(f"the format is {about['format']}")
        return _draws(about, content)
    except DAMAGE as error:
        reason = str(error) or type(error).__name__
        raise SamplingError(
            f"{path}: no readable draws ({' '.join(reason.split())}); draw anew"
        ) from None


def _draws(about: Mapping[str, Any], content: Mapping[str, Any]) -> Draws:
    states = []
    for number, plain in enumerate(about["states"]):
        arrays = {
            name: [content[f"state_{number}_{name}_{k}"] for k in range(count)]
            for name, count in plain["arrays"].items()
        }
        states.append({"generator": plain["generator"], **arrays})
    return Draws(
        method=about["method"],
        overlaps=tuple(content[f"overlaps_{k}"] for k in range(about["streams"])),
        means=content["means"],
        variances=content["variances"],
        seed=about["seed"],
        seconds=about["seconds"],
        interrupted=about["interrupted"],
        note=about.get("note", ""),
        state=tuple(states) or None,
        projections=content.get("projections"),
    )


def _arrays(state: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: value for name, value in state.items() if name != "generator"}


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: len(value) for name, value in _arrays(state).items()}
    return {"generator": state["generator"], "arrays": counts}
