"""A sweep on a Dask cluster: the same table; a cluster that is not there is one line."""

import sys

import pytest
from command_line import call, refusal, write

from derive.running.cluster import _reason, completed_on_cluster

AXES = ("--widths", "5,9,inf", "--temperatures", "0.1,0.2")


def arguments(folder, out, *options):
    given = ("sweep", folder / "spec.toml", "--data", folder / "data.npz", "--out", folder / out)
    return (*given, *AXES, *options)


def test_without_dask_the_extra_is_named(capsys, tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = refusal(
        capsys, *arguments(tmp_path, "out", "--cluster", "tcp://127.0.0.1:9"), folder=tmp_path
    )
    assert said == "derive: --cluster: it needs Dask; install derive[cluster]\n"


def local(workers):
    """A cluster of threads in this process, reached over the network as any other."""
    distributed = pytest.importorskip("distributed")
    return distributed.LocalCluster(
        n_workers=workers, threads_per_worker=2, processes=False, protocol="tcp",
        host="127.0.0.1", dashboard_address=None,
    )  # fmt: skip


@pytest.fixture
def cluster():
    with local(workers=1) as found:
        yield found


def without_seconds(path):
    return [row.rpartition(",")[0] for row in path.read_text().splitlines()]


def test_a_cluster_gives_the_same_table(capsys, tmp_path, monkeypatch, cluster):
    monkeypatch.setattr("derive.theories.networks.sweeps.pipeline.available", lambda: False)
    write(tmp_path)
    address = cluster.scheduler_address
    assert call(capsys, *arguments(tmp_path, "there", "--cluster", address)).status == 0
    assert call(capsys, *arguments(tmp_path, "here", "--jobs", "1")).status == 0
    there, here = (without_seconds(tmp_path / out / "sweep.csv") for out in ("there", "here"))
    assert there == here and len(here) == 7


def test_closing_calls_off_what_is_not_begun(cluster):
    results = completed_on_cluster([Count(k) for k in range(50)], 1000, cluster.scheduler_address)
    assert next(results) >= 1000
    results.close()


class Count:
    def __init__(self, number):
        self.number = number

    def __call__(self, argument):
        return argument + self.number


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense://x", "no scheduler answers (unknown address scheme"),
        ("tcp://127.0.0.1:9", "no scheduler answers"),
        ("inproc://", "inproc leads to no other process"),
        ("tls://127.0.0.1:9", "tls needs certificates"),
        pytest.param("ucx://127.0.0.1:9", "no scheduler answers", marks=pytest.mark.slow),
        pytest.param("inproc://1/2", "inproc leads to no other process", marks=pytest.mark.slow),
        pytest.param("wss://127.0.0.1:9", "wss needs certificates", marks=pytest.mark.slow),
    ],
)
def test_an_address_that_does_not_answer_is_one_line(address, said, capsys, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("derive.running.cluster.PATIENCE", 1)
    write(tmp_path)
    given = arguments(tmp_path, "out", "--cluster", address)
    assert said in refusal(capsys, *given, folder=tmp_path)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("No module named 'derive'"), "its workers cannot load derive"),
        (Exception("ModuleNotFoundError(\"No module named 'derive'\")"), "install this version"),
        (TimeoutError(), "the scheduler was lost; start it again"),
        (type("KilledWorker", (Exception,), {})("job"), "workers died on a point"),
        (ValueError("x"), "ValueError: x"),
    ],
)
def test_what_ends_a_sweep_is_named(error, said):
    assert said in _reason(error)


def test_what_was_lost_is_told_apart():
    cancelled = type("FutureCancelledError", (Exception,), {})("job")

    def gone():
        raise OSError("no answer")

    for has_workers, said in (
        (lambda: False, "all of its workers were lost"),
        (lambda: True, "some of its workers were lost"),
        (gone, "the scheduler was lost"),
    ):
        assert said in _reason(cancelled, has_workers)


def test_a_cluster_without_workers_is_one_line(capsys, tmp_path):
    write(tmp_path)
    with local(workers=0) as empty:
        given = arguments(tmp_path, "out", "--cluster", empty.scheduler_address)
        assert "it has no workers; start one" in refusal(capsys, *given, folder=tmp_path)
