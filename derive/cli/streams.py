"""Standard streams that are closed, full or gone stop no work; what was lost is told at the end."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO


class Steady(io.FileIO):
    """A stream that passes over what it cannot write, and remembers why.

    Attributes:
        lost: The first error, if there was one.
    """

    lost: OSError | None = None

    def write(self, content: Any) -> int:
        """Write, or pass over it."""
        try:
            return super().write(content)
        except OSError as error:
            self.lost = self.lost or error
            return len(memoryview(content).cast("B"))


@contextmanager
def steady_streams() -> Iterator[Steady | None]:
    """Replace standard output and error by streams that stop no work inside; gives the output.

    A stream that the caller closed leads nowhere: its number must not go to the next file that is
    opened. What another program has put in the place of a stream stays as it is.
    """
    for number in range(3):
        _fill(number)
    old = sys.stdout, sys.stderr
    output = _put("stdout", 1)
    _put("stderr", 2)
    try:
        yield output
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = old


def _fill(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        handle = os.open(os.devnull, os.O_RDWR)
        if handle != number:
            os.dup2(handle, number)
            os.close(handle)
        os.set_inheritable(number, True)


def _put(name: str, number: int) -> Steady | None:
    """A steady stream in the place of one that is the system's, or was closed."""
    old: TextIO | None = getattr(sys, name)
    if old is not None and old is not getattr(sys, f"__{name}__"):
        if hasattr(old, "reconfigure"):
            old.reconfigure(errors="replace")
        return None
    if old is not None:
        old.flush()
    found = Steady(number, "w", closefd=False)
    # A terminal that lacks a character shows a question mark in its place.
    encoding, at_once = getattr(old, "encoding", None), number == 2 or found.isatty()
    text = io.TextIOWrapper(
        io.BufferedWriter(found), encoding, errors="replace", line_buffering=at_once
    )
    setattr(sys, name, text)
    return found


__all__ = ["Steady", "steady_streams"]
