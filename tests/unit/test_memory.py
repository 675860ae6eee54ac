"""Memory is predicted within a factor of two, and what does not fit is refused with the number."""

import re
import tracemalloc

import numpy as np
import pytest
from command_line import CHAIN, call, write

from derive import (
    Attention,
    Convolution,
    Data,
    Embedding,
    Features,
    Gated,
    Network,
    Readout,
    Residual,
    load_data,
    memory,
)
from derive.errors import SizeError
from derive.memory import amount, available_memory, refuse_beyond_memory
from derive.theories.networks.description import attended_inputs, network_to_toml, path_table
from derive.theories.networks.description.attended import distinct_inputs, expected_inputs
from derive.theories.networks.description.file_sizes import file_sizes, shapes_in
from derive.theories.networks.solver import Solver
from derive.theories.networks.solver.memory import (
    Sizes,
    file_task_bytes,
    refuse_large,
    solving_bytes,
    vectors_of,
)

RNG = np.random.default_rng(2)
FACTOR = 2.0
"""The aim; what is left out of the count is less than that."""


def network(*layers, **readout):
    return Network((Embedding(30, 1.2), *layers, Readout(0.9, **readout)), 0.2)


def heads(*counts):
    return network(*[Attention(count, 1.1, 30 + k) for k, count in enumerate(counts)])


def convolutions(depth):
    return network(*[Convolution(3, 1.1, 30, padding=1)] * depth)


def peak_of(function):
    tracemalloc.start()
    try:
        found = function()
        return tracemalloc.get_traced_memory()[1], found
    finally:
        tracemalloc.stop()


def plain(paths, examples, features, tests=0):
    given = RNG.normal(size=(examples, features, paths)), RNG.normal(size=examples)
    return Data(*given, RNG.normal(size=(tests, features, paths)) if tests else None)


class TestPrediction:
    @pytest.mark.parametrize(
        "net, examples, features, tests",
        [
            (heads(4, 4), 100, 100, 0),  # the data count most
            (heads(2, 2), 300, 4, 0),  # kernels
            (heads(12, 8), 20, 5, 0),  # overlaps
            (heads(3, 2), 40, 60, 900),  # test examples
        ],
    )
    def test_solving(self, net, examples, features, tests):
        solver = Solver.of(net)
        paths = vectors_of(net)[0]
        solver.solve(net, plain(paths, 4, 3), tolerance=0.1)
        data = plain(paths, examples, features, tests)
        used, _ = peak_of(lambda: solver.solve(net, data, tolerance=0.1))
        needed = solving_bytes(Sizes.of(net, data))
        assert used / FACTOR < needed < used * FACTOR

    def test_the_spectrum_of_many_coordinates(self):
        net = heads(8, 7)
        data, solver = plain(56, 20, 5), Solver.of(net)
        solution = solver.solve(net, data, tolerance=0.1)
        used, _ = peak_of(lambda: solver.spectrum(solution, data))
        needed = solving_bytes(Sizes.of(net, data), spectrum=True)
        assert used / FACTOR < needed < used * FACTOR

    @pytest.mark.parametrize("merged", [True, False])
    def test_reading_attending_and_solving(self, tmp_path, merged):
        net = convolutions(3) if merged else heads(3, 2)
        arrays = {"labels": RNG.normal(size=90)}
        for end, examples in (("", 90), ("_test", 30)):
            arrays[f"inputs{end}"] = RNG.normal(size=(examples, 25, 24))
            for number, count in enumerate(() if merged else (3, 2), start=1):
                arrays[f"attention_{number}{end}"] = RNG.random((examples, count, 24, 24))
        np.savez(tmp_path / "data.npz", **arrays)
        del arrays
        solver = Solver.of(net)
        solver.solve(net, plain(vectors_of(net)[0], 4, 3), tolerance=0.1)
        sizes = file_sizes(shapes_in(tmp_path / "data.npz"), net, merged=True)
        assert (sizes.examples, sizes.tests, sizes.features) == (90, 30, 25)
        assert (sizes.paths, sizes.distinct) == ((27, 5) if merged else (6, 6))
        used, data = peak_of(lambda: load_data(tmp_path / "data.npz", net))
        assert used / FACTOR < sizes.loading < used * FACTOR
        assert sizes.kept == data.attended.nbytes + data.attended_test.nbytes
        needed = file_task_bytes(sizes, vectors_of(net))

        def everything():
            return solver.solve(net, load_data(tmp_path / "data.npz", net), tolerance=0.1)

        used, _ = peak_of(everything)
        assert used / FACTOR < needed < used * FACTOR

    @pytest.mark.parametrize("kernel", ["arc-sine", "arc-cosine-1"])
    def test_features_are_as_many_as_their_kernel_has_rank(self, tmp_path, kernel):
        """The kernel between all paths is far larger than the inputs that it is taken of."""
        ends = Features(30, kernel, 1.2), Readout(0.9)
        net = Network((ends[0], Attention(2, 1.1, 30), ends[1]), 0.2)
        arrays = {"labels": RNG.normal(size=90)}
        for end, examples in (("", 90), ("_test", 40)):
            arrays[f"inputs{end}"] = RNG.normal(size=(examples, 5, 4))
            arrays[f"attention_1{end}"] = RNG.random((examples, 2, 4, 4))
        np.savez(tmp_path / "data.npz", **arrays)
        sizes = file_sizes(shapes_in(tmp_path / "data.npz"), net, merged=True)
        used, data = peak_of(lambda: load_data(tmp_path / "data.npz", net))
        assert used / FACTOR < sizes.loading < used * FACTOR
        assert sizes.features == data.attended.shape[1] == 260
        assert sizes.kept == data.attended.nbytes + data.attended_test.nbytes

    def test_attending(self):
        x, omegas = RNG.normal(size=(50, 30, 40)), [RNG.random((50, h, 40, 40)) for h in (2, 3)]
        net = heads(2, 3)
        used, _ = peak_of(lambda: distinct_inputs(net, x, omegas))
        needed, distinct = expected_inputs(net, x.shape, {}).memory()
        assert distinct == 6 and used / FACTOR < needed < used * FACTOR

    @pytest.mark.parametrize(
        "net, arrays, tokens",
        [
            (network(Gated(3, 1.1, 30)), [(20, 3)], 100),
            (network(Convolution((3, 3), 1.1, 30, padding=1, grid=(12, 12))), [], 144),
            (network(Convolution(3, 1.1, 30), token="each", positions=58), [], 60),
            (network(*[Residual((Attention(2, 1.1),))] * 4), [(20, 2, 9, 9)] * 4, 9),
        ],
    )
    def test_operators_that_layers_make_are_counted(self, net, arrays, tokens):
        """A gate's, for every example, and shifts are far larger than what they are made of."""
        x, given = RNG.normal(size=(20, 5, tokens)), [RNG.normal(size=shape) for shape in arrays]
        used, _ = peak_of(lambda: distinct_inputs(net, x, given))
        inputs = expected_inputs(net, x.shape, {})
        assert used / FACTOR < inputs.memory()[0] < used * FACTOR
        assert inputs.bound() > used

    @pytest.mark.parametrize(
        "layer, examples, tokens, omegas",
        [
            (Gated(3, 1.1, 30), 60, 120, [RNG.normal(size=(60, 3))]),
            (Convolution(5, 1.1, 30, padding=2), 20, 400, []),
            (Convolution((3, 3), 1.1, 30, padding=1, grid=(20, 20)), 20, 400, []),
        ],
    )
    def test_operators_that_a_layer_makes(self, layer, examples, tokens, omegas):
        """They are larger than everything that is made of them."""
        net, x = network(layer), RNG.normal(size=(examples, 4, tokens))
        used, _ = peak_of(lambda: distinct_inputs(net, x, omegas))
        inputs = expected_inputs(net, x.shape, {})
        needed, _ = inputs.memory()
        assert used / FACTOR < needed < used * FACTOR and needed <= inputs.bound()

    def test_the_bound_bounds(self):
        for net, tokens in ((convolutions(4), 12), (heads(2, 3), 9)):
            inputs = expected_inputs(net, (20, 5, tokens), {})
            assert inputs.memory()[0] <= inputs.bound()

    def test_paths_that_merge_are_counted_before_data_are_read(self):
        """What merges whatever the data are: shifts, but not heads."""
        net = network(
            Convolution(3, 1.0, 30, padding=1),
            Attention(2, 1.0, 30),
            Convolution(3, 1.0, 30, padding=1),
        )
        x, omega = RNG.normal(size=(20, 5, 8)), RNG.random((20, 2, 8, 8))
        distinct, _ = distinct_inputs(net, x, [omega])
        assert expected_inputs(net, x.shape, {}).memory()[1] == distinct.shape[2] == 13


class TestRefusal:
    @pytest.fixture
    def small_machine(self, monkeypatch):
        """Two megabytes."""
        monkeypatch.setattr(memory, "_from_system", lambda: 2e6)

    def test_available(self):
        assert 1e6 < available_memory() < 1e15

    def test_line(self, monkeypatch):
        monkeypatch.setattr(memory, "_from_system", lambda: 3.2e9)
        with pytest.raises(SizeError) as caught:
            refuse_beyond_memory(1.5e12, "solving with 64 paths", "use fewer heads")
        assert str(caught.value) == (
            "memory: solving with 64 paths needs about 1.5 TB, and 3.2 GB are free; use fewer heads"
        )
        refuse_beyond_memory(3.1e9, "solving", "nothing")

    @pytest.mark.parametrize(
        "size, text",
        [
            (0, "0.0 MB"),
            (9.96e6, "10 MB"),
            (999.4e6, "999 MB"),
            (999.6e6, "1.0 GB"),
            (5e17, "500000 TB"),
        ],
    )
    def test_amounts(self, size, text):
        assert amount(size) == text

    def test_a_number_of_paths_that_no_machine_holds(self):
        """Nothing is allocated: not the table, not the classes, not the operators."""
        described = network(*[Residual((Attention(3, 1.0),))] * 400)
        omegas = np.ones((1, 3, 1, 1))
        for function in (
            lambda: path_table(described),
            lambda: attended_inputs(described, np.ones((1, 1, 1)), [omegas] * 400),
        ):
            used, message = peak_of(lambda f=function: refused(f))
            assert re.search(r"1e240 paths .* about 1e2\d\d TB, .*; use fewer heads", message)
            assert used < 5e6

    def test_attended_inputs(self, small_machine):
        x, omega = np.ones((100, 50, 10)), np.ones((100, 60, 10, 10))
        message = refused(lambda: attended_inputs(heads(60), x, [omega]))
        assert re.fullmatch(
            r"memory: attending 60 paths with 100 examples needs about \d.\d MB, and 2.0 MB are "
            r"free; use fewer heads, residuals, features or examples",
            message,
        )

    @pytest.mark.parametrize(
        "layer, omegas",
        [
            (Convolution(3, 1.0, 30, padding=10**9), []),
            (Convolution((3, 3), 1.0, 30, padding=10**4, grid=(3, 3)), []),
        ],
    )
    def test_operators_that_a_layer_makes(self, small_machine, layer, omegas):
        """They are refused before they are made."""
        x, net = np.ones((1000, 1, 9)), network(layer)
        used, message = peak_of(lambda: refused(lambda: attended_inputs(net, x, omegas)))
        assert message.startswith("memory: attending ") and "needs about" in message
        assert message.endswith("are free; use fewer heads, residuals, features or examples")
        assert used < 1e6

    def test_solving(self, small_machine):
        net = heads(6)
        message = refused(lambda: Solver.of(net).solve(net, plain(6, 120, 100)))
        assert "solving with 6 paths, P = 120, N_0 = 100, needs about 4." in message

    @pytest.mark.parametrize(
        "net, tokens, arrays",
        [
            (network(Convolution((3, 3), 1.1, 30, padding=1, grid=(40, 40))), 1600, 0),
            (network(*[Residual((Attention(2, 1.1),))] * 7), 40, 7),
        ],
    )
    def test_operators_are_refused_before_there_are_any(self, small_machine, net, tokens, arrays):
        """A large grid, and many paths that all differ: nothing is made in order to predict it."""
        x, given = np.ones((5, 2, tokens)), [np.ones((5, 2, tokens, tokens))] * arrays
        used, message = peak_of(lambda: refused(lambda: attended_inputs(net, x, given)))
        assert re.search(r"attending \d+ paths.* needs about \d+ MB, and 2.0 MB are free", message)
        assert used < 3e6

    def test_merging_is_what_makes_it_fit(self, small_machine):
        """81 paths, 6 of them distinct: every one by itself would not fit."""
        net = convolutions(4)
        x = RNG.normal(size=(40, 20, 20))
        assert expected_inputs(net, x.shape, {}).bound() > 2e6
        assert distinct_inputs(net, x, [])[0].shape[2] == 6

    def test_a_file_is_refused_before_it_is_read(self, small_machine, tmp_path):
        np.savez(tmp_path / "data.npz", attended=np.ones((500, 100, 6)), labels=np.ones(500))
        used, message = peak_of(lambda: refused(lambda: load_data(tmp_path / "data.npz", heads(6))))
        assert "reading data for 6 paths, P = 500, N_0 = 100, needs about 2.4 MB" in message
        assert used < 1e6

    def test_processes(self, monkeypatch):
        """One process fits where two do not."""
        net, data = heads(6), Data(np.ones((100, 100, 6)), np.ones(100))
        monkeypatch.setattr(memory, "_from_system", lambda: 8e6)
        refuse_large(net, data)
        message = refused(lambda: refuse_large(net, data, processes=2))
        assert "in 2 processes" in message

    @pytest.mark.parametrize("command", ["solve", "run"])
    def test_command_line(self, capsys, tmp_path, command):
        """3^12 paths on any machine: the overlaps alone; the file is not even looked at."""
        spec, data = write(tmp_path, CHAIN)
        spec.write_text(network_to_toml(convolutions(12)))
        found = call(capsys, command, spec, "--data", data, "--out", tmp_path / "out")
        assert found.status == 2
        assert re.fullmatch(
            r"derive: memory: solving with 531441 paths.* needs about \d+ TB, and .* are free; "
            r"use fewer heads, residuals, features or examples\n",
            found.err,
        )
        assert not (tmp_path / "out").exists()


def refused(function):
    with pytest.raises(SizeError) as caught:
        function()
    return str(caught.value)
