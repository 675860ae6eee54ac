"""Jobs in parallel processes, which leave with the process that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from queue import Empty, SimpleQueue
from typing import Any

from derive.errors import SolveError

Job = Callable[[Any], Any]

THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables that limit the threads of a linear algebra library, read when it is loaded."""

POLL = 0.2
"""Seconds between two looks at the progress."""

_argument: Any = None
"""In a worker, the argument of its jobs: it comes once, however many jobs there are."""


def run_jobs(jobs: Sequence[Job], argument: Any, processes: int, tick: Callable[[], None]) -> None:
    """Call every job with the argument, and drop what it returns; see `completed`."""
    for _ in completed(jobs, argument, processes, tick):
        pass


def completed(
    jobs: Sequence[Job], argument: Any, processes: int, tick: Callable[[], None] = lambda: None
) -> Generator[Any, None, None]:
    """Call every job with the argument, the first ones first, and yield results as they come.

    Closing the iterator ends the workers.

    Args:
        jobs: Callables that can be pickled, as can what they return.
        argument: Of every job; every worker gets it once.
        processes: At most so many at once; one means in this process.
        tick: Called now and then.

    Raises:
        KeyboardInterrupt: The workers have been ended.
        SolveError: A worker died; other errors of a job are raised as they are.
    """
    if processes == 1 or len(jobs) < 2:
        for job in jobs:
            yield job(argument)
            tick()
        return
    _start_tracker()
    before = set(multiprocessing.active_children())
    workers = ProcessPoolExecutor(
        min(processes, len(jobs)),
        multiprocessing.get_context("spawn"),
        initializer=_settle,
        initargs=(argument,),
    )
    try:
        with ended_in_order():
            with _limited_threads(processes), _no_interrupts():
                futures = [workers.submit(_call, job) for job in jobs]
            yield from _results(futures, tick)
            workers.shutdown()
    except BrokenProcessPool:
        raise SolveError(
            "a worker process died, perhaps for lack of memory; give --jobs 1, or smaller data"
        ) from None
    except BaseException:
        workers.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise


def _results(futures: list[Future[Any]], tick: Callable[[], None]) -> Iterator[Any]:
    done: SimpleQueue[Future[Any]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(done.put)
    left = len(futures)
    while left:
        try:
            result = done.get(timeout=POLL).result()
        except Empty:
            tick()
            continue
        left -= 1
        yield result
        tick()


def _settle(argument: Any) -> None:
    """What a worker does first: arrange to leave when the process that started it has gone."""
    global _argument
    _argument = argument
    parent = multiprocessing.parent_process()
    assert parent is not None

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


def _call(job: Job) -> Any:
    return job(_argument)


def _start_tracker() -> None:
    """Start the process with which multiprocessing clears up.

    A hangup of the terminal ends it no more than Ctrl-C does, and what it warns of when this
    process is killed is not for users.
    """
    quiet, old = "ignore:resource_tracker", signal.pthread_sigmask(signal.SIG_BLOCK, ())
    sys.warnoptions.append(quiet)  # it is handed on
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP,))
    try:
        resource_tracker.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
        sys.warnoptions.remove(quiet)


@contextmanager
def _limited_threads(processes: int) -> Iterator[None]:
    """Share the processors between workers that are started inside."""
    share = str(max(1, (os.cpu_count() or 1) // processes))
    old = {name: os.environ.get(name) for name in THREADS}
    os.environ.update({name: share for name in THREADS if old[name] is None})
    try:
        yield
    finally:
        for name, value in old.items():
            if value is None:
                del os.environ[name]


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Workers started inside ignore Ctrl-C, which a terminal sends to them as well."""
    with _handling((signal.SIGINT,), signal.SIG_IGN):
        yield


@contextmanager
def ended_in_order() -> Iterator[None]:
    """A request to end is an interrupt, so that workers are ended too; nohup's stays ignored."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    wanted = (signal.SIGTERM, signal.SIGHUP)
    with _handling([n for n in wanted if signal.getsignal(n) != signal.SIG_IGN], interrupt):
        yield


@contextmanager
def _handling(signals: Sequence[signal.Signals], handler: Any) -> Iterator[None]:
    """Handle signals in another way inside; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    old = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, former in old.items():
            signal.signal(number, former)
