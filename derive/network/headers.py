"""The shapes of the arrays in an .npz file, read without the arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path

from numpy.lib import format as npy

SUFFIX = ".npy"


def array_shapes(path: str | Path) -> dict[str, tuple[int, ...]]:
    """The shape of every array in a file; empty where the file cannot be read.

    Args:
        path: The file. What is wrong with it is for those to say who read the arrays.
    """
    found: dict[str, tuple[int, ...]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    version = npy.read_magic(member)
                    read = {
                        (1, 0): npy.read_array_header_1_0,
                        (2, 0): npy.read_array_header_2_0,
                    }[version]
                    found[name.removesuffix(SUFFIX)] = tuple(read(member)[0])
    except Exception:  # as many types as np.load raises on what is no .npz file
        return {}
    return found
