"""Tables: size and depth are bounded before they are parsed, whatever the names look like."""

import os
import time

import pytest

from derive.errors import DeriveError
from derive.files import Untidy, read_table
from derive.files.tables import MAX_BYTES
from derive.theories.networks.description import load_network
from derive.theories.networks.words.load import load_claim

PARTS = ("a", '"a"', "'a'", r'"\""', '"a.b"')
DEEP = {
    **{f"parts {part}": ".".join([part] * 40_000) + " = 1" for part in PARTS},
    "spaces": " . ".join(["a"] * 40_000) + " = 1",
    "header": "[" + ".".join(["a"] * 40_000) + "]",
    "many": "\n".join(f"{'a.' * 900}b{k} = 1" for k in range(500)),
    "inside": "a = {" + ".".join(["b"] * 40_000) + " = 1}",
    "lists": "a = " + "[" * 400_000,
    "tables": "a = " + "{a = " * 100_000,
    "number": "a = " + "9" * 900_000,
}


@pytest.mark.parametrize("kind", DEEP)
def test_what_is_too_deep_is_refused_at_once(kind, tmp_path):
    path = tmp_path / "deep.toml"
    path.write_text(DEEP[kind])
    started = time.process_time()
    for read in (load_network, load_claim):
        with pytest.raises(DeriveError) as caught:
            read(path)
        assert "\n" not in str(caught.value) and "deep.toml" in str(caught.value)
    assert time.process_time() - started < 3  # it took 59 s, and 6.4 GB


@pytest.mark.parametrize(
    "letter", ["a", '"', "'", "'\"", '\\"', "\\", '"\n\\"', '"a', "a ", "a\t", ".", "a" + " " * 900]
)
def test_looking_for_depth_takes_a_time_that_grows_with_the_length(letter, tmp_path):
    path = tmp_path / "long.toml"
    path.write_text(letter * (MAX_BYTES // 2 // len(letter)))
    started = time.process_time()
    with pytest.raises(Untidy):
        read_table(path, "network")
    assert time.process_time() - started < 3


def test_as_many_parts_as_are_read(tmp_path):
    path = tmp_path / "table.toml"
    path.write_text(".".join(["a"] * 900) + ' = "a.b"\n# ' + "." * 10_000)
    table = read_table(path, "network")
    for _ in range(900):
        table = table["a"]
    assert table == "a.b"


def test_pipes_and_devices_are_refused_unopened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, reason in ((tmp_path / "pipe", "a pipe"), ("/dev/zero", "a device")):
        for read in (load_network, load_claim):
            with pytest.raises(DeriveError, match=f"cannot be read .it is {reason}"):
                read(path)
