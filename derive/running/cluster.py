"""Jobs on a Dask cluster that is there already."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from importlib import import_module
from typing import Any

from derive.errors import DeriveError
from derive.running.workers import Job, ended_in_order
from derive.wording import one_line

PATIENCE = 10
"""Seconds that a scheduler may take to answer."""

ENCRYPTED = ("tls", "wss")
LOST = "the scheduler was lost; start it again"
NOT_LOADED = ("ModuleNotFoundError", "ImportError", "Can't get attribute")


class ClusterError(DeriveError):
    """A cluster that does not answer, or cannot run a job."""


def completed_on_cluster(
    jobs: Sequence[Job], argument: Any, address: str
) -> Generator[Any, None, None]:
    """As `workers.completed`, on the workers of a cluster; it is left running.

    Args:
        jobs: As there.
        argument: As there.
        address: Of the scheduler, such as tcp://127.0.0.1:8786.

    Raises:
        ClusterError: There is no cluster, or it is lost; its workers cannot run derive.
        KeyboardInterrupt: What is not begun has been called off.
    """
    distributed, client = _connect(address)
    futures: list[Any] = []
    try:
        with ended_in_order():
            shared = client.scatter(argument, broadcast=True, hash=False)
            futures += client.map(_call, jobs, argument=shared, pure=False)
            for future in distributed.as_completed(futures, loop=client.loop):
                yield future.result()
    except (DeriveError, KeyboardInterrupt, GeneratorExit):
        raise
    except Exception as error:
        reason = _reason(error, lambda: _has_workers(client))
        raise ClusterError(f"--cluster {one_line(address, 60)}: {reason}") from None
    finally:
        _leave(client, futures)


def check_cluster(address: str) -> None:
    """Raise ClusterError where there is no cluster with a worker."""
    _, client = _connect(address)
    client.close()


def _connect(address: str) -> tuple[Any, Any]:
    """The library, and a client of the cluster."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise ClusterError("--cluster: it needs Dask; install derive[cluster]") from None
    for logger in ("distributed", "distributed.client"):  # an error is one line
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    place = f"--cluster {one_line(address, 60)}"
    _refuse_protocol(distributed, address, place)
    try:
        distributed.comm.resolve_address(address)  # a client that fails at it is slow to leave
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except Exception as error:  # of a dozen types: no such host, no answer, no address
        reason = one_line(str(error) or type(error).__name__, 120)
        raise ClusterError(
            f"{place}: no scheduler answers ({reason}); give an address such as "
            "tcp://127.0.0.1:8786"
        ) from None
    if not client.scheduler_info(n_workers=-1)["workers"]:
        client.close()
        raise ClusterError(f"{place}: it has no workers; start one with dask worker {address}")
    return distributed, client


def _refuse_protocol(distributed: Any, address: str, place: str) -> None:
    """Refuse an address that no client can be made for: half a client complains when it goes."""
    scheme, colon, _ = address.partition("://")
    if colon and scheme == "inproc":
        raise ClusterError(
            f"{place}: inproc leads to no other process; give an address such as "
            "tcp://127.0.0.1:8786"
        )
    if colon and scheme in ENCRYPTED:
        arguments = distributed.Security().get_connection_args("scheduler")
        if arguments.get("ssl_context") is None:
            raise ClusterError(
                f"{place}: {scheme} needs certificates, and Dask's configuration names none; set "
                "distributed.comm.tls there, or give an address such as tcp://127.0.0.1:8786"
            )


def _has_workers(client: Any) -> bool:
    """Whether the scheduler still has workers; an error where it is lost."""
    return bool(client.scheduler_info(n_workers=-1)["workers"])


def _reason(error: Exception, has_workers: Callable[[], bool] = lambda: True) -> str:
    name, text = type(error).__name__, one_line(str(error), 120)
    # An error in loading a job comes as a bare Exception that quotes it.
    if isinstance(error, ImportError) or any(word in text for word in NOT_LOADED):
        return f"its workers cannot load derive ({text}); install this version there"
    if name == "KilledWorker":
        return "workers died on a point, perhaps for lack of memory; give them more"
    if name in ("CancelledError", "FutureCancelledError"):
        return _cancelled(has_workers)
    return LOST if name in ("CommClosedError", "TimeoutError") else f"{name}: {text}"


def _cancelled(has_workers: Callable[[], bool]) -> str:
    """Why a cluster gave up what it was asked for: it is gone, or those who held it are."""
    try:
        left = has_workers()
    except Exception:  # of a dozen types, as where a scheduler does not answer to begin with
        return LOST
    lost = "some of its workers were" if left else "all of its workers were"
    return f"{lost} lost, perhaps for lack of memory; start them again"


def _leave(client: Any, futures: list[Any]) -> None:
    try:
        client.cancel(futures, force=True)
        client.close(timeout=2)
    except Exception:  # the cluster may have gone before us
        return


def _call(job: Job, argument: Any) -> Any:
    return job(argument)
