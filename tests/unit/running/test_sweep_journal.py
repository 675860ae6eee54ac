"""The journal of a sweep: whole lines, whatever was killed when."""

import json
import math

import pytest

from derive.errors import DataError
from derive.running.folder import locked
from derive.running.journal import Journal


def filled(path, count=3):
    journal = Journal(path)
    for number in range(count):
        journal.append(f"key{number}", {"width": math.inf}, {"action": 0.1 + number})
    journal.close()
    return path.read_bytes()


def test_what_is_appended_is_read_back(tmp_path):
    filled(tmp_path / "j")
    assert Journal(tmp_path / "j").records["key2"] == {"action": 2.1}
    first = json.loads((tmp_path / "j").read_text().splitlines()[0])
    assert first["parameters"] == {"width": None}


def test_a_file_cut_anywhere_keeps_its_whole_lines(tmp_path):
    content = filled(tmp_path / "j")
    for length in range(len(content) + 1):
        (tmp_path / "j").write_bytes(content[:length])
        journal = Journal(tmp_path / "j")
        whole = content[:length].count(b"\n")
        assert list(journal.records) == [f"key{k}" for k in range(whole)]
        journal.append("new", {}, {"action": 1.0})
        journal.close()
        lines = (tmp_path / "j").read_bytes().splitlines()
        assert len(lines) == whole + 1 and all(json.loads(line) for line in lines)


def test_a_damaged_line_costs_its_own_point_only(tmp_path):
    lines = filled(tmp_path / "j").splitlines(keepends=True)
    (tmp_path / "j").write_bytes(lines[0] + b"\x00\xff{]\n[]\n7\n" + lines[2])
    assert list(Journal(tmp_path / "j").records) == ["key0", "key2"]


@pytest.mark.parametrize(
    "old, new",
    [
        (b'{"action": 1.1}', b'{"action": 1.2}'),
        (b'{"action": 1.1}', b'{"action": 11}'),
        (b'{"action": 1.1}', b"3"),
        (b'{"action": 1.1}', b"{}"),
        (b'"key1"', b'"key9"'),
        (b', "digest"', b', "x": 1, "digest"'),
        (b'{"point"', b"[" * 10**5 + b'{"point"'),
    ],
)
def test_a_line_that_reads_well_but_was_changed_is_damaged(tmp_path, old, new):
    lines = filled(tmp_path / "j").splitlines(keepends=True)
    assert old in lines[1]
    (tmp_path / "j").write_bytes(lines[0] + lines[1].replace(old, new) + lines[2])
    assert list(Journal(tmp_path / "j").records) == ["key0", "key2"]


def test_two_sweeps_cannot_share_a_folder(tmp_path):
    refused = pytest.raises(DataError, match="another sweep is writing to it")
    with locked(tmp_path, "sweep"), refused, locked(tmp_path, "sweep"):
        pass
    with locked(tmp_path, "sweep"):
        pass
