"""The folder of a run: what may be written where, and what an earlier run left there."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from derive import __version__
from derive.errors import DataError
from derive.files import UNFINISHED
from derive.files.seals import read_json
from derive.files.whole import unwritten
from derive.running.files import write_json
from derive.running.locks import locked
from derive.running.task import Case
from derive.theories.networks.report import AS_DESCRIBED

MARKER = "run.json"
SOLUTIONS = "solutions"
FILES = (
    "derivation.md",
    "derivation.tex",
    "solver.py",
    "certificates.json",
    "checks.json",
    "checks.md",
    "summary.csv",
    "summary.json",
    "report.html",
    "theory.json",
    "ladder.json",
    "ladder.html",
)
"""What a run writes, besides the marker, the solutions and the draws."""
DRAWS = "draws"
"""The folder of what samplers drew."""


@dataclass(frozen=True)
class Folder:
    """The folder of one run."""

    path: Path

    def file(self, name: str) -> Path:
        """The path of one of `FILES`."""
        return self.path / name

    def solution(self, case: Case, seed: int | None, width: float) -> Path:
        """The path of one solution."""
        parts = [case.key] if case.key else []
        parts += [] if seed is None else [f"seed-{seed}"]
        return self.path / SOLUTIONS / ("-".join([*parts, _width_name(width)]) + ".npz")

    def content(self, name: str) -> Any:
        """The content of a JSON file, or None where it is missing or damaged."""
        return read_json(self.file(name))


def _width_name(width: float) -> str:
    if width == AS_DESCRIBED:
        return "as-described"
    return "width-infinite" if math.isinf(width) else f"width-{int(width)}"


def check_folder(path: str | Path, *, resume: bool, overwrite: bool, marker: str = MARKER) -> None:
    """Refuse, before any work is done, a folder that may not be written to.

    Args:
        path: The folder.
        resume: Whether to go on with what is there.
        overwrite: Whether to replace it.
        marker: The JSON file by which a folder of derive's is known.

    Raises:
        DataError: It exists and is not to be resumed or overwritten, or is no run of derive's.
    """
    folder = Path(path)
    with writable(folder):
        if folder.is_dir():
            _check_existing(folder, marker, resume=resume, overwrite=overwrite)
        elif folder.exists() or folder.is_symlink():
            raise DataError(f"{folder}: it is no folder; choose another --out")
        elif not folder.parent.is_dir():
            raise DataError(
                f"{folder}: there is no folder {folder.parent}; make it, or choose another --out"
            )
        home = folder if folder.is_dir() else folder.parent
        if not os.access(home, os.W_OK):
            raise DataError(f"{folder}: it cannot be written to; choose another --out")


def _check_existing(folder: Path, marker: str, *, resume: bool, overwrite: bool) -> None:
    if not (resume or overwrite):
        raise DataError(
            f"{folder}: it exists already; give --resume to go on with it, --overwrite to replace "
            "it, or another --out"
        )
    if not _is_empty(folder) and not isinstance(Folder(folder).content(marker), dict):
        verb = "go on with" if resume else "replace"
        raise DataError(
            f"{folder}: no {marker} in it, so it is no {Path(marker).stem} of derive to {verb}; "
            "choose another --out"
        )


def _is_empty(folder: Path) -> bool:
    """Whether nothing is in it but what a process that could not begin left behind."""
    homes = [folder / home for home in (SOLUTIONS, DRAWS)]
    return all(
        path.name.startswith(UNFINISHED) or (path in homes and path.is_dir() and _is_empty(path))
        for path in folder.iterdir()
    )


@contextmanager
def opened_folder(
    path: str | Path,
    fingerprint: str,
    about: dict[str, Any],
    *,
    resume: bool,
    overwrite: bool,
    homes: tuple[str, ...] = (SOLUTIONS,),
) -> Iterator[Folder]:
    """Make the folder, or take over the one that is there; no other process may write to it inside.

    Args:
        path: The folder.
        fingerprint: Of the task.
        about: What else the marker says of the run.
        resume: Keep the files of an earlier run of the same task.
        overwrite: Delete the files of an earlier run; nothing else in the folder is touched.
        homes: The folders to make inside.

    Raises:
        DataError: As in `check_folder`; or the earlier run was of another task, or goes on.
    """
    check_folder(path, resume=resume, overwrite=overwrite)
    folder = Folder(Path(path))
    with writable(folder.path):
        folder.path.mkdir(exist_ok=True)
    with locked(folder.path, "run"):
        if resume or any(folder.path.iterdir()):  # another one may have come first
            check_folder(path, resume=resume, overwrite=overwrite)
        if resume:
            _refuse_another(folder, fingerprint)
        with writable(folder.path):
            for home in homes:
                (folder.path / home).mkdir(exist_ok=True)
            _sweep(folder)
            if overwrite:
                _clear(folder)
        marker = {"derive": __version__, "fingerprint": fingerprint, **about}
        write_json(folder.file(MARKER), marker)
        yield folder


def _refuse_another(folder: Folder, fingerprint: str) -> None:
    marker = folder.content(MARKER)
    if isinstance(marker, dict) and marker.get("fingerprint") != fingerprint:
        raise DataError(
            f"{folder.path}: it holds a run of another network, other data or another version of "
            "derive; give --overwrite to replace it, or another --out"
        )


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Raise DataError where the system refuses what is done to the folder inside."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{folder}: {unwritten(error, '--out')}") from None


def _clear(folder: Folder) -> None:
    for name in FILES:
        folder.file(name).unlink(missing_ok=True)
    written = ((SOLUTIONS, "*width-*.npz"), (SOLUTIONS, "*as-described.npz"), (DRAWS, "*.npz"))
    for home, pattern in written:
        for path in (folder.path / home).glob(pattern):
            path.unlink()


def _sweep(folder: Folder) -> None:
    """Delete what a process that was killed in the middle of writing left behind."""
    for home in (folder.path, folder.path / SOLUTIONS, folder.path / DRAWS):
        for path in home.glob(f"{UNFINISHED}*"):
            path.unlink()
