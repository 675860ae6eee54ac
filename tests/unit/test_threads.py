"""Calls from several threads: afterwards BLAS and warnings are as they were."""

import threading
import time
import warnings
from contextlib import contextmanager

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from derive import Attention, Data, Embedding, Network, Readout
from derive.claims.language.syntax import tree_of
from derive.cli import main
from derive.errors import ClaimError
from derive.theories.networks.solver import Solver
from derive.threads import ONE_THREAD, Shared, blas_threads

NETWORK = Network((Embedding(11, 1.1), Attention(2, 0.9, 12), Readout(1.3)), 0.2)


def data(seed: int) -> Data:
    generator = np.random.default_rng(seed)
    inputs, tests = generator.normal(size=(7, 5, 2)), generator.normal(size=(3, 5, 2))
    return Data(inputs, generator.normal(size=7), attended_test=tests)


def blas() -> list[tuple[str, int]]:
    return [(x["filepath"], x["num_threads"]) for x in threadpool_info() if x["user_api"] == "blas"]


def in_threads(call, count: int = 8) -> None:
    """Call from several threads at once; what one raises is raised here."""
    failed = []

    def guarded(number: int) -> None:
        try:
            call(number)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


@pytest.fixture
def two_threads():
    with threadpool_limits(limits=2, user_api="blas"):
        if {count for _, count in blas()} != {2}:
            pytest.skip("this BLAS has one thread only")
        yield


@pytest.mark.usefixtures("two_threads")
def test_blas_and_warnings_are_as_before_after_solving_in_eight_threads():
    solver, other = Solver.of(NETWORK), Solver.of(NETWORK)  # two modules, each with its own copy
    before, filters = blas(), list(warnings.filters)

    def call(number: int) -> None:
        chosen = (solver, other)[number % 2]
        found = chosen.solve(NETWORK, data(number))
        chosen.module.predict(
            chosen.module.at(found.overlaps, chosen.problem(NETWORK, data(number))),
            data(number).attended_test,
        )

    in_threads(call)
    assert blas() == before and warnings.filters == filters


@pytest.mark.usefixtures("two_threads")
def test_a_module_alone_limits_its_threads_and_gives_them_back():
    module, given = Solver.of(NETWORK).module, data(1)
    seen = []
    inner = module.action_and_gradient
    module.action_and_gradient = lambda *a: (seen.append(blas()), inner(*a))[1]
    before = blas()
    module.solve(given.attended, given.labels, widths=9, variances=1.2, temperature=0.3)
    assert {count for counts in seen for _, count in counts} == {1}
    assert blas() == before


@pytest.mark.usefixtures("two_threads")
def test_large_problems_keep_their_threads():
    edge = (int(ONE_THREAD**0.5), 1, 1)
    with blas_threads(edge):
        assert {count for _, count in blas()} == {1}
    with blas_threads((edge[0] + 1, 1, 1)):
        assert {count for _, count in blas()} == {2}


def test_a_shared_context_is_opened_by_the_first_and_closed_by_the_last():
    events = []

    @contextmanager
    def watched():
        events.append("opened")
        yield
        events.append("closed")

    shared, barrier = Shared(watched), threading.Barrier(4)

    def call(number: int) -> None:
        with shared:
            barrier.wait()
            time.sleep(0.01 * number)  # they leave one after the other
            assert events == ["opened"]

    in_threads(call, 4)
    assert events == ["opened", "closed"]
    with pytest.raises(ZeroDivisionError), shared, shared:
        raise ZeroDivisionError
    assert events == ["opened", "closed"] * 2


def test_claims_and_commands_in_threads_leave_the_filters_of_warnings():
    filters = list(warnings.filters)

    def call(_: int) -> None:
        for _ in range(20):
            tree_of("2*tr(A) + 0x1f*n", "claim")
            with pytest.raises(ClaimError, match="column 3"):
                tree_of("x*1if", "claim")
        assert main(["show", "no_such_file.toml"]) == 2

    in_threads(call)
    assert warnings.filters == filters


@pytest.mark.parametrize("text", ["1if x else 2", "0x1for x", "2and 3", "1.5or 2", "x + 3in y"])
def test_a_number_that_runs_into_a_word_is_refused_without_a_warning(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ClaimError, match="column"):
            tree_of(text, "claim")
