"""Archives of arrays: what is not as NumPy writes it is refused before it is unpacked."""

import io
import os
import socket
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from numpy.lib import format as npy

from derive.errors import DataError, DeriveError
from derive.files import Unreadable, open_archive
from derive.theories.networks.description import Attention, Embedding, Network, Readout, load_data
from derive.theories.networks.samplers.files import load_draws
from derive.theories.networks.solver import load_solution

NETWORK = Network((Embedding(9, 1.3), Attention(2, 1.2, 8), Readout(0.9)), 0.1)
GIGABYTE = 10**9


def header(shape, descr="'<f8'", version=(1, 0)):
    """The start of a member as NumPy writes it."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    size = "<H" if version == (1, 0) else "<I"
    start = npy.MAGIC_PREFIX + bytes(version)
    room = -(len(start) + struct.calcsize(size) + len(text) + 1) % 64
    text = text.encode() + b" " * room + b"\n"
    return start + struct.pack(size, len(text)) + text


def archive(path, members, compression=zipfile.ZIP_DEFLATED):
    """Members that are bytes, or bytes followed by a number of zeros."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members:
            start, zeros = content if isinstance(content, tuple) else (content, 0)
            with file.open(name, "w", force_zip64=True) as member:
                member.write(start)
                for _ in range(zeros // 10**7):
                    member.write(bytes(10**7))
                member.write(bytes(zeros % 10**7))
    return path


def plain(value, **settings):
    stream = io.BytesIO()
    np.save(stream, value, **settings)
    return stream.getvalue()


NUMBERS = np.arange(6.0).reshape(2, 3) + 0.5
HOSTILE = {
    "no magic string": [("labels.npy", (b"", 10**8))],
    "a header of zeros": [("labels.npy", (b"\x93NUMPY\x03\x00" + b"\xff" * 4, 10**8))],
    "a header that is too long": [("labels.npy", (b"\x93NUMPY\x02\x00\x00\x00\x00\x04", 10**8))],
    "version 4.0": [("labels.npy", header((3,), version=(4, 0)) + bytes(24))],
    "more than it promises": [("labels.npy", (header((3,)), 10**8))],
    "less than it promises": [("labels.npy", header((10**9,)) + bytes(24))],
    "a negative size": [("labels.npy", header((-1, -3)) + bytes(24))],
    "huge sizes": [("labels.npy", header((10**30, 0, 10**30)) + bytes(24))],
    "sizes of many digits": [("labels.npy", header("(" + "9" * 5000 + ",)") + bytes(24))],
    "no bytes an entry": [("labels.npy", header((10**15,), "'|S0'"))],
    "objects": [("labels.npy", plain(np.array([{}, 1], dtype=object), allow_pickle=True))],
    "objects inside": [("labels.npy", header((1,), "[('a', '|O')]") + bytes(8))],
    "twice": [("labels.npy", plain(NUMBERS)), ("labels", plain(NUMBERS))],
    "nested": [("labels.npy", header("(" * 2000 + ")" * 2000))],
    "no numbers of sizes": [("labels.npy", header("('a',)") + bytes(8))],
    "a folder": [("labels/", b"")],
    "a program": [("labels.npy", header("__import__('os').abort()"))],
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_member_is_refused_before_it_is_unpacked(kind, tmp_path):
    path = archive(tmp_path / "data.npz", HOSTILE[kind])
    tracemalloc.start()
    for read in (lambda p: load_data(p, NETWORK), load_solution, load_draws):
        with pytest.raises(DeriveError) as caught:
            read(path)
        assert "\n" not in str(caught.value) and "data.npz" in str(caught.value)
    assert tracemalloc.get_traced_memory()[1] < 10**7
    tracemalloc.stop()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_arrays_of_every_version_are_read_as_numpy_reads_them(version, tmp_path):
    kinds = {
        "fortran": np.asfortranarray(NUMBERS), "big": NUMBERS.astype(">f4"), "none": NUMBERS[:0],
        "number": np.array(3.5), "text": np.array(["Zürich", ""]), "truth": NUMBERS > 2,
        "fields": np.array([(1.5, 2)], dtype=[("a", "<f8"), ("b", "<i4")]),
    }  # fmt: skip
    members = []
    for name, value in kinds.items():
        stream = io.BytesIO()
        npy.write_array(stream, value, version=version)
        members.append((f"{name}.npy", stream.getvalue()))
    path = archive(tmp_path / "data.npz", members)
    with open_archive(path) as found:
        read = found.read()
        assert found.size == sum(value.nbytes for value in kinds.values())
    with np.load(path) as expected:
        for name in kinds:
            assert read[name].dtype == expected[name].dtype
            assert np.array_equal(read[name], expected[name])


def test_what_would_not_fit_is_refused_also_under_names_and_shapes_of_no_data(
    tmp_path, monkeypatch
):
    members = [("attended.npy", (header((10**7,)), 8 * 10**7)), ("labels.npy", header((0,)))]
    path = archive(tmp_path / "data.npz", members)
    monkeypatch.setattr("derive.memory.available_memory", lambda: 7e7)
    for read in (lambda p: load_data(p, NETWORK), load_solution, load_draws):
        with pytest.raises(DeriveError, match=r"needs about 80 MB, and 70 MB are free"):
            read(path)


def test_damage_is_refused_wherever_it_is(tmp_path):
    path = tmp_path / "data.npz"
    np.savez_compressed(path, attended=np.ones((5, 3, 2)), labels=NUMBERS[0], more=NUMBERS)
    whole = path.read_bytes()
    generator = np.random.default_rng(4)
    for number in range(60):
        content = bytearray(whole)
        if number < 20:
            content = content[: generator.integers(len(whole))]
        else:
            content[generator.integers(len(whole))] ^= 1 << generator.integers(8)
        path.write_bytes(content)
        try:
            with open_archive(path) as found:
                found.read()
        except Unreadable as error:
            assert str(error)


def test_ways_to_pack_that_numpy_does_not_use_are_refused(tmp_path):
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        path = archive(tmp_path / "data.npz", [("labels.npy", plain(NUMBERS))], method)
        with pytest.raises(DataError, match="compressed in another way"):
            load_solution(path)
    path = archive(tmp_path / "data.npz", [("labels.npy", plain(NUMBERS))])
    content = bytearray(path.read_bytes())
    for place in (6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="labels: it is encrypted"):
        load_solution(path)


def test_pipes_devices_sockets_and_folders_are_refused_unopened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        cases = [
            ("pipe", "it is a pipe"), ("link", "it is a pipe"), ("socket", "it is a socket"),
            ("loop", "symbolic links"), ("/dev/zero", "it is a device"), (".", "Is a directory"),
            ("x" * 300, "File name too long"), ("\udcff\n", "No such file"),
        ]  # fmt: skip
        for name, reason in cases:
            for read in (lambda p: load_data(p, NETWORK), load_solution, load_draws):
                with pytest.raises(DeriveError, match=reason):
                    read(tmp_path / name)
