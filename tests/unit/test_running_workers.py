"""Jobs in processes: errors come back, dead workers are noticed, settings are put back."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from derive.errors import DataError, SolveError
from derive.running.workers import THREADS, run_jobs


@dataclass(frozen=True)
class Write:
    name: str

    def __call__(self, folder):
        (folder / self.name).write_text(os.environ["OPENBLAS_NUM_THREADS"])


@dataclass(frozen=True)
class Fail:
    def __call__(self, folder):
        raise DataError("this is what is wrong")


@dataclass(frozen=True)
class Die:
    def __call__(self, folder):
        os._exit(9)


@dataclass(frozen=True)
class Sleep:
    def __call__(self, folder):
        time.sleep(60)


def test_jobs_run_in_limited_processes(tmp_path, monkeypatch):
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    ticks = []
    run_jobs([Write("a"), Write("b"), Write("c")], tmp_path, 2, lambda: ticks.append(1))
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "c"}
    assert int((tmp_path / "a").read_text()) >= 1
    assert not set(THREADS) & set(os.environ)
    assert ticks


def test_an_error_comes_back_as_it_is(tmp_path):
    with pytest.raises(DataError, match="this is what is wrong"):
        run_jobs([Fail(), Write("b")], tmp_path, 2, lambda: None)


def test_a_dead_worker_is_noticed(tmp_path):
    with pytest.raises(SolveError, match="a worker process died"):
        run_jobs([Die(), Die()], tmp_path, 2, lambda: None)


def test_a_hangup_or_a_kill_leaves_no_word_of_the_tracker():
    # What starts workers is ended, or killed, with all of its group but the tracker's reader.
    code = (
        "import sys, threading, os, signal\n"
        "from derive.running.workers import run_jobs\n"
        "from tests.unit.test_running_workers import Sleep\n"
        "if __name__ == '__main__':\n"
        "    def kill():\n"
        "        os.killpg(0, signal.SIGHUP) if sys.argv[1] == 'HUP' else os.kill(os.getpid(), 9)\n"
        "    threading.Timer(4, kill).start()\n"
        "    try:\n"
        "        run_jobs([Sleep(), Sleep()], None, 2, lambda: None)\n"
        "    except KeyboardInterrupt:\n"
        "        sys.exit(130)\n"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, word], stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )
        for word in ("HUP", "KILL")
    ]  # fmt: skip
    for process, status in zip(started, (130, -9), strict=True):
        said = process.communicate(timeout=60)[1]
        assert (process.returncode, said) == (status, "")
