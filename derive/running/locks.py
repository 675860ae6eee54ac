"""One process in a folder: the lock goes with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from derive.errors import DataError


@contextmanager
def locked(folder: Path, what: str) -> Iterator[None]:
    """Keep other processes out of a folder that exists.

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
