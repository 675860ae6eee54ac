"""Files written whole or not at all, and never over something else than a plain file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from derive.errors import DataError
from derive.files import written


def check_target(path: str | Path, *inputs: str | Path) -> Path:
    """Where to write a file, found out before any work is done.

    Args:
        path: The file to write; a plain file in its place will be replaced.
        inputs: Files that are read, and may not be replaced.

    Returns:
        The path, links followed.

    Raises:
        DataError: There is no such folder, or the path leads to something else than a plain file.
    """
    shown, remedy = str(path), "choose another path"
    target = Path(os.path.realpath(path))
    try:
        if target.is_symlink():
            raise DataError(f"{shown}: links that lead round in a circle; {remedy}")
        if target.is_dir():
            raise DataError(f"{shown}: it is a folder; give the path of a file")
        if target.exists() and not target.is_file():
            raise DataError(f"{shown}: it is no plain file; {remedy}")
        if not target.parent.is_dir():
            raise DataError(
                f"{shown}: there is no folder {Path(path).parent}; make it, or {remedy}"
            )
        if not os.access(target.parent, os.W_OK):
            raise DataError(f"{shown}: its folder cannot be written to; {remedy}")
        for source in inputs:
            if target.exists() and os.path.exists(source) and target.samefile(source):
                raise DataError(f"{shown}: it is an input of this command; {remedy}")
    except OSError as error:
        raise DataError(f"{shown}: it cannot be written ({error.strerror}); {remedy}") from None
    return target


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in UTF-8, as `write_bytes` does; what is none of it comes with escapes."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file, through a temporary file beside it.

    Raises:
        DataError: It cannot be written.
    """
    with written(path) as stream:
        stream.write(content)


def write_json(path: str | Path, content: Any) -> None:
    """Write JSON; numbers that are not finite become null."""
    text = json.dumps(finite(content), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def finite(value: Any) -> Any:
    """A value for JSON: numbers that are not finite become None, tuples lists."""
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value
