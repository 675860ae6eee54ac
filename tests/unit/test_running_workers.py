"""Jobs in processes: errors come back, dead workers are noticed, settings are put back."""

import os
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
