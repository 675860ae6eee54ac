"""Files opened for reading only where they are plain ones: a pipe waits, a device never ends."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def open_plain(path: str | Path) -> BinaryIO:
    """Open a plain file for reading.

    Raises:
        OSError: There is none, or it is of another kind: that is found out before it is opened, and
            again of what was opened, which may have taken its place.
    """
    _refuse_other(os.stat(path).st_mode, path)
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _refuse_other(os.fstat(handle).st_mode, path)
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def _refuse_other(mode: int, path: str | Path) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in KINDS if is_kind(mode)), "of an unknown kind")
        raise OSError(errno.EINVAL, f"it is {kind}, and no plain file", str(path))
