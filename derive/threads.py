"""One BLAS thread for small products, safely from several threads; modules carry a copy of this.

numpy and scipy carry a pool of threads each; on small products the pools wait for each other longer
than they work.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

try:
    import threadpoolctl
except ImportError:  # the BLAS then keeps its threads
    threadpoolctl = None

ONE_THREAD = 10**10
"""Multiplications of one kernel up to which a single BLAS thread serves."""


class Shared:
    """A context of the whole process: the first to enter opens it, the last to leave closes it.

    What such a context puts back is then what was there before anybody had entered, in whatever
    order threads enter and leave.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[Any]]) -> None:
        self._opened, self._lock, self._inside = opened, threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._context = self._opened()
                self._context.__enter__()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._context.__exit__(None, None, None)


def one_blas_thread() -> AbstractContextManager[Any]:
    """One BLAS thread while anybody is inside.

    There is one such context in a process, however many copies of this code: it is kept beside what
    it limits.
    """
    if threadpoolctl is None:
        return nullcontext()
    limited = Shared(lambda: threadpoolctl.threadpool_limits(limits=1, user_api="blas"))
    found: AbstractContextManager[Any] = vars(threadpoolctl).setdefault("_derive_limit", limited)
    return found


def blas_threads(attended: tuple[int, ...]) -> AbstractContextManager[Any]:
    """One BLAS thread where the kernel is a small product, else as many as there are.

    Args:
        attended: The shape of the attended inputs, examples first.
    """
    small = attended[0] * math.prod(attended) <= ONE_THREAD
    return one_blas_thread() if small else nullcontext()
