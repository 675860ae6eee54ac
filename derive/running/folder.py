"""A folder that is written by one process: what may be written, and what an earlier one left."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from derive import __version__
from derive.errors import DataError
from derive.files import UNFINISHED
from derive.files.seals import read_json
from derive.files.whole import unwritten
from derive.running.files import write_json

Check = Callable[[dict[str, Any]], None]
"""Raises DataError where what a marker says may not be gone on with."""


@dataclass(frozen=True)
class Layout:
    """What is written into a folder of some kind.

    Attributes:
        marker: The JSON file by which such a folder is known, called after what writes into it.
        files: What else may be written into it.
        homes: Folders inside, and patterns of the files in them.
    """

    marker: str
    files: tuple[str, ...] = ()
    homes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What writes into it: a run or a sweep."""
        return Path(self.marker).stem


@dataclass(frozen=True)
class Folder:
    """The folder of one run."""

    path: Path

    def file(self, name: str) -> Path:
        """The path of a file in it."""
        return self.path / name

    def content(self, name: str) -> Any:
        """The content of a JSON file, or None where it is missing or damaged."""
        return read_json(self.file(name))


def check_folder(path: str | Path, layout: Layout, *, resume: bool, overwrite: bool) -> None:
    """Refuse, before any work is done, a folder that may not be written to.

    Args:
        path: The folder.
        layout: What is written into it.
        resume: Whether to go on with what is there.
        overwrite: Whether to replace it.

    Raises:
        DataError: It exists and is not to be resumed or overwritten, or is no run of derive's.
    """
    folder = Path(path)
    with writable(folder):
        if folder.is_dir():
            _check_existing(folder, layout, resume=resume, overwrite=overwrite)
        elif folder.exists() or folder.is_symlink():
            raise DataError(f"{folder}: it is no folder; choose another --out")
        elif not folder.parent.is_dir():
            raise DataError(
                f"{folder}: there is no folder {folder.parent}; make it, or choose another --out"
            )
        home = folder if folder.is_dir() else folder.parent
        if not os.access(home, os.W_OK):
            raise DataError(f"{folder}: it cannot be written to; choose another --out")


def _check_existing(folder: Path, layout: Layout, *, resume: bool, overwrite: bool) -> None:
    if not (resume or overwrite):
        raise DataError(
            f"{folder}: it exists already; give --resume to go on with it, --overwrite to replace "
            "it, or another --out"
        )
    marker = layout.marker
    if not _is_empty(folder, layout) and not isinstance(Folder(folder).content(marker), dict):
        verb = "go on with" if resume else "replace"
        raise DataError(
            f"{folder}: no {marker} in it, so it is no {layout.kind} of derive to {verb}; "
            "choose another --out"
        )


def _is_empty(folder: Path, layout: Layout) -> bool:
    """Whether nothing is in it but what a process that could not begin left behind."""
    homes = [folder / home for home in layout.homes]
    return all(
        path.name.startswith(UNFINISHED)
        or (path in homes and path.is_dir() and _is_empty(path, layout))
        for path in folder.iterdir()
    )


@contextmanager
def opened_folder(
    path: str | Path,
    layout: Layout,
    fingerprint: str,
    about: dict[str, Any],
    *,
    resume: bool,
    overwrite: bool,
    homes: tuple[str, ...] = (),
    check: Check | None = None,
) -> Iterator[Folder]:
    """Make the folder, or take over the one that is there; no other process may write to it inside.

    Args:
        path: The folder.
        layout: What is written into it.
        fingerprint: Of the task.
        about: What else the marker says of the run.
        resume: Keep the files of an earlier run of the same task.
        overwrite: Delete the files of an earlier run; nothing else in the folder is touched.
        homes: The folders to make inside.
        check: Of the marker of an earlier run that is resumed.

    Raises:
        DataError: As in `check_folder`; or the earlier run was of another task, or goes on.
    """
    check_folder(path, layout, resume=resume, overwrite=overwrite)
    folder = Folder(Path(path))
    with writable(folder.path):
        folder.path.mkdir(exist_ok=True)
    with locked(folder.path, layout.kind):
        if resume or any(folder.path.iterdir()):  # another one may have come first
            check_folder(path, layout, resume=resume, overwrite=overwrite)
        if resume:
            refuse_another(folder, layout, fingerprint, check)
        with writable(folder.path):
            for home in homes:
                (folder.path / home).mkdir(exist_ok=True)
            _sweep(folder, layout)
            if overwrite:
                _clear(folder, layout)
        marker = {"derive": __version__, "fingerprint": fingerprint, **about}
        write_json(folder.file(layout.marker), marker)
        yield folder


def refuse_another(
    folder: Folder, layout: Layout, fingerprint: str, check: Check | None = None
) -> None:
    """Raise DataError where a folder holds what has another fingerprint, or a check refuses."""
    marker = folder.content(layout.marker)
    if not isinstance(marker, dict):
        return
    if marker.get("fingerprint") != fingerprint:
        raise DataError(
            f"{folder.path}: it holds a {layout.kind} of another model, other data or another "
            "version of derive; give --overwrite to replace it, or another --out"
        )
    if check is not None:
        check(marker)


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Raise DataError where the system refuses what is done to the folder inside."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{folder}: {unwritten(error, '--out')}") from None


def _clear(folder: Folder, layout: Layout) -> None:
    for name in layout.files:
        folder.file(name).unlink(missing_ok=True)
    for home, patterns in layout.homes.items():
        for pattern in patterns:
            for path in (folder.path / home).glob(pattern):
                path.unlink()


def _sweep(folder: Folder, layout: Layout) -> None:
    """Delete what a process that was killed in the middle of writing left behind."""
    for home in (folder.path, *(folder.path / home for home in layout.homes)):
        for path in home.glob(f"{UNFINISHED}*"):
            path.unlink()


@contextmanager
def locked(folder: Path, what: str) -> Iterator[None]:
    """Keep other processes out of a folder that exists; the lock goes with the process.

    Args:
        folder: The folder.
        what: What writes into it.

    Raises:
        DataError: Another process is in it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(
                f"{folder}: another {what} is writing to it; wait for it, or choose another --out"
            ) from None
        except OSError:  # a file system without locks
            pass
        yield
    finally:
        os.close(handle)
