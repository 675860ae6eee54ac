"""Files are written whole or not at all, also where the disk is full."""

import errno
import os
import resource
from contextlib import contextmanager

import numpy as np
import pytest

from derive.errors import DataError
from derive.files import written
from derive.running.files import write_json, write_text
from derive.theories.networks.solver.files import write_arrays


@contextmanager
def limited(size):
    """No file may grow beyond a number of bytes inside."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_arrays(path, {"a": np.arange(3e4) + 0.5}),
        lambda path: write_text(path, "text " * 30_000),
        lambda path: write_json(path, [1.5] * 30_000),
    ],
)
def test_what_does_not_fit_leaves_the_earlier_file(write, tmp_path):
    path = tmp_path / "file"
    path.write_text("as it was")
    with limited(10_000), pytest.raises(DataError, match="free some space") as caught:
        write(path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "as it was"
    assert os.listdir(tmp_path) == ["file"]
    write(path)
    assert path.stat().st_size > 100_000


def test_a_disk_that_is_full_at_the_last_moment(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left"), written(tmp_path / "file") as stream:
        stream.write(b"content")
    assert os.listdir(tmp_path) == []


def test_text_that_is_no_unicode_is_written_with_escapes(tmp_path):
    write_text(tmp_path / "file", "caf\u00e9 \udcff")
    assert (tmp_path / "file").read_bytes() == b"caf\xc3\xa9 \\udcff"
