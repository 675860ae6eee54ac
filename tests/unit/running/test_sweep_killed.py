"""A sweep that is killed at any moment: no finished point is lost, none is solved again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from command_line import call, write

import derive

AXES = (
    "--widths", "5,7,9,12,15,20", "--temperatures", "0.1,0.2,0.4",
    "--examples", "6,8",
)  # fmt: skip
POINTS = 6 * 3 * 2
PATIENCE = 120
"""Seconds; a loaded machine is slow to start processes."""


def start(folder, *options):
    command = (
        sys.executable, "-m", "derive", "sweep", "spec.toml", "--data", "data.npz", "--out", "out",
        *AXES, *options,
    )  # fmt: skip
    path = str(Path(derive.__file__).parents[1])
    return subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def lines(folder):
    """The whole lines of the journal."""
    journal = folder / "out/points.jsonl"
    content = journal.read_bytes() if journal.exists() else b""
    return content.splitlines(keepends=True)[: content.count(b"\n")]


def kill_after(process, folder, count):
    """Kill once a journal has so many lines, and return those that it had before and after."""
    began = time.monotonic()
    while len(lines(folder)) < count:
        assert process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < began + PATIENCE
        time.sleep(0.005)
    seen = lines(folder)
    process.send_signal(signal.SIGKILL)
    process.wait()
    after = lines(folder)
    assert after[: len(seen)] == seen
    return after


def in_this_process(capsys, folder, out, *options):
    spec, data = folder / "spec.toml", folder / "data.npz"
    found = call(
        capsys, "sweep", spec, "--data", data, "--out", folder / out, *AXES, "--jobs", "1", *options
    )
    assert found.status == 0, found.err
    table = (folder / out / "sweep.csv").read_text().splitlines()
    return [row.rpartition(",")[0] for row in table]  # without seconds


def test_a_killed_sweep_goes_on_where_it_was(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("derive.theories.networks.sweeps.pipeline.available", lambda: False)
    write(tmp_path)
    first = kill_after(start(tmp_path, "--jobs", "2"), tmp_path, 3)
    second = kill_after(start(tmp_path, "--jobs", "1", "--resume"), tmp_path, len(first) + 3)
    assert second[: len(first)] == first and len(second) < POINTS
    resumed = in_this_process(capsys, tmp_path, "out", "--resume")
    found = lines(tmp_path)
    assert found[: len(second)] == second
    assert len(found) == POINTS == len({json.loads(line)["point"] for line in found})
    assert resumed == in_this_process(capsys, tmp_path, "again")
