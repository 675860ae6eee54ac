"""Archives of arrays (.npz): what is in them is known, and bounded, before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from derive.files.plain import open_plain

SUFFIX = ".npy"
BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What NumPy writes; others unpack a small piece into one without bounds."""
MOST_MEMBERS = 10_000
MOST_HEADER = 20_000
"""Bytes of a header, twice the most that NumPy reads."""
HEADERS = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
    (3, 0): npy.read_array_header_2_0,  # differs in the letters of fields alone
}


class Unreadable(Exception):
    """Why a file is no archive of arrays, in a few words, and the array that it is about.

    Attributes:
        name: Of the array; empty where it is about the whole file.
        is_archive: Whether the file begins as an archive does.
    """

    def __init__(self, reason: str, name: str = "", *, is_archive: bool = True) -> None:
        super().__init__(reason)
        self.name = name
        self.is_archive = is_archive


@dataclass(frozen=True)
class Member:
    """An array in an archive, from its header.

    Attributes:
        shape: Its shape.
        dtype: Its type.
        info: Where it is.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    info: zipfile.ZipInfo = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes of its entries."""
        return prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class Archive:
    """An open archive."""

    _file: zipfile.ZipFile = field(repr=False)

    @property
    def names(self) -> list[str]:
        """Of its arrays; nothing is read."""
        return [info.filename.removesuffix(SUFFIX) for info in self._file.infolist()]

    @cached_property
    def members(self) -> dict[str, Member]:
        """By name, from their headers.

        Raises:
            Unreadable: One is no array as NumPy writes it.
        """
        members: dict[str, Member] = {}
        for name, info in zip(self.names, self._file.infolist(), strict=True):
            if name in members:
                raise Unreadable("it is there twice", name)
            with _explained(name):
                members[name] = _member(self._file, info, name)
        return members

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every array."""
        return {name: member.shape for name, member in self.members.items()}

    @property
    def size(self) -> int:
        """Bytes of all arrays, once they are read."""
        return sum(member.size for member in self.members.values())

    def read(self) -> dict[str, np.ndarray]:
        """All arrays.

        Raises:
            Unreadable: One is damaged.
        """
        return {name: self._array(name, member) for name, member in self.members.items()}

    def _array(self, name: str, member: Member) -> np.ndarray:
        with _explained(name), self._file.open(member.info) as stream:
            array: np.ndarray = npy.read_array(stream, allow_pickle=False)
            stream.read(1)  # the check sum is looked at where the member ends
            return array


@contextmanager
def open_archive(path: str | Path) -> Iterator[Archive]:
    """Open an archive of arrays once.

    Raises:
        Unreadable: It is none.
    """
    with _explained(""):
        file = open_plain(path)
    with file:
        if file.read(4) not in BEGINNINGS:
            raise Unreadable("not an .npz file", is_archive=False)
        with _explained(""):
            archive = zipfile.ZipFile(file)
        count = len(archive.infolist())
        if count > MOST_MEMBERS:
            raise Unreadable(f"{count} members, and at most {MOST_MEMBERS} are read")
        yield Archive(archive)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    """A member whose entries take the bytes that its header promises."""
    if info.flag_bits & 1:
        raise Unreadable("it is encrypted", name)
    if info.compress_type not in COMPRESSIONS:
        raise Unreadable("it is compressed in another way than NumPy's", name)
    with archive.open(info) as stream:
        start = io.BytesIO(stream.read(MOST_HEADER))
    version = npy.read_magic(start)
    if version not in HEADERS:
        raise Unreadable(f"version {version[0]}.{version[1]} of the format is unknown", name)
    shape, _, dtype = HEADERS[version](start)
    if dtype.hasobject:
        raise Unreadable("it holds Python objects", name)
    if not dtype.itemsize:
        raise Unreadable("its entries take no bytes", name)
    if any(size < 0 for size in shape):
        raise Unreadable("its header has a negative size", name)
    member = Member(tuple(map(int, shape)), dtype, info)
    if info.file_size - start.tell() != member.size:
        raise Unreadable("its length is not what its header promises", name)
    return member


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Raise Unreadable for the dozen types that a damaged archive raises."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        text = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreadable(" ".join(text.split()), name) from None
