"""Paths with identical operators: found on the way down, kept once, and the same numbers."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from derive import (
    Attention,
    Convolution,
    Data,
    Embedding,
    Gated,
    Linear,
    Network,
    Readout,
    Repeat,
    Residual,
    derive,
    finite_width_expansion,
    generate,
    generate_expansion,
    saddle_expansion,
    symmetric_solution,
)
from derive.errors import DataError
from derive.theories.networks.description import (
    attended_inputs,
    data_from_arrays,
    operators,
    path_count,
)
from derive.theories.networks.description.asked import matrices
from derive.theories.networks.description.attended import distinct_inputs
from derive.theories.networks.description.weighted import Weighted
from derive.theories.networks.samplers.overlaps import sample_overlaps
from derive.theories.networks.samplers.overlaps.law import Kernel
from derive.theories.networks.samplers.weights import sample_weights
from derive.theories.networks.solver import Solver

RNG = np.random.default_rng(11)
P, TESTS, FEATURES, TOKENS = 7, 4, 3, 6


solver_of = cache(Solver.of)


def network(*layers, **readout):
    return Network((Embedding(14, 1.3), *layers, Readout(0.8, **readout)), 0.3)


def conv(size, width=None, **options):
    return Convolution(size, 0.9, width, **options)


CONVOLUTIONS = network(conv(3, 17, padding=1), conv(2, 16, padding=1), conv(3, 15, padding=1))
RESIDUAL = network(Residual((conv(3, padding=1),)), Residual((conv(3, padding=1),)))
MIXED = network(conv(3, 17, padding=1), Attention(2, 1.1, 16), conv(3, 15, padding=1))
GATES = network(Gated(2, 1.2, 13), conv(2, 15, padding=1))


def arrays_for(net, examples=P, seed=3, tests=TESTS):
    rng = np.random.default_rng(seed)
    found = {"labels": rng.normal(size=examples)}
    for end, count in (("", examples), ("_test", tests)):
        found[f"inputs{end}"] = rng.normal(size=(count, FEATURES, TOKENS))
        if any(isinstance(layer, Attention) for layer in net.layers):
            found[f"attention_1{end}"] = rng.random((count, 2, TOKENS, TOKENS))
        if any(isinstance(layer, Gated) for layer in net.layers):
            found[f"gates_1{end}"] = rng.normal(size=(count, 2))
    return found


class TestFinding:
    def test_sums_of_shifts_and_edges(self):
        """Interior: offsets of two filters of 3 add up to 5 shifts; beyond the edge all are zero.

        Read at the last of 6 positions the sums -2, -1, 0 of two filters stay inside, every path
        through a position beyond the edge is zero: 4 classes of 9 paths.
        """
        net = network(conv(3, 17, padding=1), conv(3, 16, padding=1))
        x = RNG.normal(size=(P, FEATURES, TOKENS))
        distinct, classes = distinct_inputs(net, x, [])
        assert distinct.shape == (P, FEATURES, 4)
        shifts = [
            None if b == 1 or a + b > 0 else a + b for a, b in product([-1, 0, 1], [-1, 0, 1])
        ]
        numbers = {shift: number for number, shift in enumerate(dict.fromkeys(shifts))}
        assert classes.tolist() == [numbers[shift] for shift in shifts]
        for shift, number in numbers.items():
            expected = 0.0 if shift is None else x[:, :, TOKENS - 1 + shift]
            assert np.array_equal(distinct[:, :, number], expected + np.zeros((P, FEATURES)))

    @pytest.mark.parametrize("net", [CONVOLUTIONS, RESIDUAL, MIXED, GATES])
    def test_against_products_path_by_path(self, net):
        """Every path's product of operators by itself, in data order, and the least number."""
        arrays = arrays_for(net)
        names = [name for name in ("attention_1", "gates_1") if name in arrays]
        given = [arrays[name] for name in names]
        columns = every_path(net, arrays)
        distinct, classes = distinct_inputs(net, arrays["inputs"], given)
        assert len(classes) == path_count(net) == columns.shape[2]
        assert np.allclose(distinct[:, :, classes], columns, rtol=1e-13, atol=1e-13)
        assert np.array_equal(
            attended_inputs(net, arrays["inputs"], given)[:, :, :], distinct[:, :, classes]
        )
        different = {columns[:, :, k].round(9).tobytes() for k in range(columns.shape[2])}
        assert distinct.shape[2] == len(different) < len(classes)

    def test_equal_heads_are_one(self):
        omega = RNG.random((P, 3, TOKENS, TOKENS))
        omega[:, 2] = omega[:, 0]
        net = network(Attention(3, 1.0, 9))
        _, classes = distinct_inputs(net, RNG.normal(size=(P, FEATURES, TOKENS)), [omega])
        assert classes.tolist() == [0, 1, 0]

    def test_heads_that_differ_for_one_example_are_two(self):
        omega = np.repeat(RNG.random((40, 1, TOKENS, TOKENS)), 2, axis=1)
        for example in range(40):
            changed = omega.copy()
            changed[example, 1, 2, -1] += 1e-12
            found = distinct_inputs(
                network(Attention(2, 1.0, 9)), np.ones((40, FEATURES, TOKENS)), [changed]
            )
            assert found[1].tolist() == [0, 1]

    def test_outputs_and_positions(self):
        net = network(conv(3, 9, padding=1), token="each", positions=TOKENS, outputs=2)
        x = RNG.normal(size=(P, FEATURES, TOKENS))
        distinct, classes = distinct_inputs(net, x, [])
        every = attended_inputs(net, x, [])
        assert distinct.shape == (2 * P, FEATURES, 2 * (TOKENS + 1))  # shifts of all, and zero
        assert len(classes) == path_count(net) == 2 * 3 * TOKENS
        assert np.array_equal(every, distinct[:, :, classes])


def every_path(net, arrays):
    """The attended inputs of all paths, one product of matrices after the other, from the input."""
    x, columns = arrays["inputs"], []

    def go(z, layers):
        if not layers:
            columns.append(z[:, :, -1])
            return
        layer, *rest = layers
        if isinstance(layer, Residual):
            raise NotImplementedError
        data = arrays.get("attention_1" if isinstance(layer, Attention) else "gates_1")
        for omega in np.moveaxis(matrices(layer, data, z.shape[2]), 1, 0):
            go(z @ omega, rest)

    if any(isinstance(layer, Residual) for layer in net.layers):
        one, two = (layer.layers[0].operators(None, TOKENS)[0] for layer in net.layers[1:-1])
        # The skip of the lower layer comes first, and in it the skip of the upper one.
        steps = [[np.eye(TOKENS), *one], [np.eye(TOKENS), *two]]
        found = [x @ a @ b for a, b in product(*steps)]
        return np.stack([z[:, :, -1] for z in found], axis=2)
    go(x, net.layers[1:-1])
    return np.stack(columns, axis=2)


class TestWork:
    """Shared parts of paths are computed once: counted in columns of operators multiplied."""

    @pytest.fixture
    def products(self, monkeypatch):
        seen = []

        def counted(left, right):
            seen.append((max(len(left), len(right)), *left.shape[1:-2], right.shape[-1]))
            return np.matmul(left, right)

        monkeypatch.setattr(operators, "applied", counted)
        return seen

    def test_one_product_per_head_of_a_layer(self, products):
        """Three layers of two heads act on 1, 2, 4 columns: 14 products of columns, not 3 x 8."""
        omegas = [RNG.random((P, 2, TOKENS, TOKENS)) for _ in range(3)]
        net = network(*[Attention(2, 1.0, 9)] * 3)
        attended_inputs(net, RNG.normal(size=(P, FEATURES, TOKENS)), omegas)
        assert products == [(P, 2, 1), (P, 2, 2), (P, 2, 4)]

    def test_merged_columns_are_multiplied_once(self, products):
        """Six filters of 3: without merging the last acts on 3^5 columns, with it on T + 1."""
        net = network(*[conv(3, 9, padding=1)] * 6)
        attended_inputs(net, RNG.normal(size=(P, FEATURES, TOKENS)), [])
        assert products == [(1, 3, count) for count in (1, 3, 4, 5, 6, 7)]

    def test_nothing_per_example_above_the_last_attention(self, products):
        net = network(
            Attention(2, 1.0, 8), conv(3, 9, padding=1), Linear(1.0, 7), conv(3, 9, padding=1)
        )
        omega = RNG.random((P, 2, TOKENS, TOKENS))
        attended_inputs(net, RNG.normal(size=(P, FEATURES, TOKENS)), [omega])
        assert [examples for examples, *_ in products] == [1, 1, P]

    def test_operators_are_asked_for_once(self):
        calls = []

        @dataclass(frozen=True)
        class Counting(Weighted):
            variance: float
            width: int | None = None

            @property
            def branches(self):
                return 2

            def operators(self, data, tokens):
                calls.append(tokens)
                return np.random.default_rng(len(calls)).normal(size=(1, 2, tokens, tokens))

        net = network(*[Residual((Counting(1.0),)) for _ in range(4)])
        assert path_count(net) == 81
        attended_inputs(net, RNG.normal(size=(P, FEATURES, TOKENS)), [])
        assert calls == [TOKENS] * 4


def unmerged(data):
    """The same data with the inputs of every path written out."""
    tests = None if data.attended_test is None else data.of_paths(test=True)
    return replace(data, attended=data.of_paths(), attended_test=tests, classes=None)


def without_merging(solver):
    """The same module, which then takes every path for itself."""
    module = solver.generated.load()
    module.identical = lambda columns: np.arange(columns.shape[2])
    return replace(solver, module=module)


def overlaps_of(problem, module, seed=5):
    rng = np.random.default_rng(seed)
    found = []
    for point in module.infinite_width(problem):
        root = rng.normal(size=point.shape)
        found.append(point + 0.2 * root @ root.T / len(root))
    return tuple(found)


@pytest.mark.parametrize("net", [CONVOLUTIONS, RESIDUAL, MIXED, GATES])
class TestSolving:
    def test_every_function_of_the_module(self, net):
        """Merged, found by the module in plain arrays, and with every path by itself: the same."""
        data = data_from_arrays(arrays_for(net), net)
        assert data.classes is not None
        solver, plain = solver_of(net), unmerged(data)
        single = without_merging(solver)
        problems = [
            solver.problem(net, data),
            solver.problem(net, plain),
            single.problem(net, plain),
        ]
        assert [type(p.attended).__name__ for p in problems] == ["Merged", "Merged", "ndarray"]
        assert problems[0].attended.distinct.shape[1] < problems[0].attended.shape[1] == data.paths
        overlaps = overlaps_of(problems[2], single.module)
        rng = np.random.default_rng(6)
        steps = tuple(step + step.T for step in (rng.normal(size=g.shape) for g in overlaps))
        results = []
        for owner, problem, given in zip(
            (solver, solver, single), problems, (data, plain, plain), strict=True
        ):
            module = owner.module
            tests = module.tests_by_path(given.merged(test=True), problem)
            value, slopes = module.action_and_gradient(overlaps, problem)
            bent = module.hessian_vector_product(overlaps, steps, problem)
            right = module.saddle_right_hand_side(overlaps, problem)
            parts = [np.array(value), *slopes, *bent, *right, *module.first_correction(problem)]
            parts += [module.kernel(overlaps, problem.attended, problem)]
            parts += [module.kernel(overlaps, tests, problem)]
            parts += [*module.predictor(overlaps, tests, problem)]
            results.append(parts)
        for found in results[:2]:
            for one, other in zip(found, results[2], strict=True):
                # Sums of M^2 terms in another order.
                assert np.allclose(one, other, rtol=1e-10, atol=1e-10 * np.abs(other).max())

    def test_kernel_by_definition(self, net):
        data = data_from_arrays(arrays_for(net), net)
        solver = solver_of(net)
        problem = solver.problem(net, data)
        overlaps = overlaps_of(problem, solver.module)
        bottom = solver.module.bottom(overlaps, problem)
        x, tests = data.of_paths(), data.of_paths(test=True)
        scale = 1.3 / FEATURES
        for given, left in (
            (problem.attended, x),
            (solver.module.tests_by_path(tests, problem), tests),
        ):
            expected = scale * np.einsum("pq,mip,niq->mn", bottom, left, x, optimize=True)
            assert np.allclose(solver.module.kernel(overlaps, given, problem), expected, rtol=1e-11)

    def test_solution(self, net):
        data, solver = data_from_arrays(arrays_for(net), net), solver_of(net)
        one = solver.solve(net, data)
        other = without_merging(solver).solve(net, unmerged(data))
        assert one.converged and other.converged
        assert one.action == pytest.approx(other.action, rel=1e-10)
        for first, second in zip(one.overlaps, other.overlaps, strict=True):
            assert np.allclose(first, second, atol=1e-7)  # both stationary to 1e-10 of the slope
        assert np.allclose(one.mean, other.mean, atol=1e-7)
        assert np.allclose(one.variance, other.variance, atol=1e-7)


@pytest.fixture(scope="module")
def module():
    return generate(derive(network(conv(3, 17, padding=1)))).load()


class TestModule:
    """What a module that stands alone accepts."""

    def problem(self, module, attended):
        return module.make_problem(attended, np.ones(5), 10, 1.0, 0.3)

    def test_classes_of_test_inputs_may_differ(self, module):
        """Three paths: two identical in training, another two in testing."""
        x, z = RNG.normal(size=(5, 2, 3)), RNG.normal(size=(4, 2, 3))
        x[:, :, 2], z[:, :, 1] = x[:, :, 0], z[:, :, 0]
        problem = self.problem(module, x)
        tests = module.tests_by_path(z, problem)
        assert problem.attended.classes.tolist() == [0, 1, 0]
        assert tests.classes.tolist() == [0, 0, 1]
        overlaps = overlaps_of(problem, module)
        found = module.kernel(overlaps, tests, problem)
        bottom = module.bottom(overlaps, problem)
        assert np.allclose(found, np.einsum("pq,mip,niq->mn", bottom, z, x) / 2, rtol=1e-12)

    def test_classes_in_any_order(self, module):
        x = RNG.normal(size=(5, 2, 3))
        order = np.array([2, 0, 1])
        one = self.problem(module, (x, order))
        other = self.problem(module, x[:, :, order])
        overlaps = overlaps_of(other, module)
        assert module.action(overlaps, one) == pytest.approx(
            module.action(overlaps, other), rel=1e-12
        )

    def test_nothing_merges_nothing_changes(self, module):
        x = RNG.normal(size=(5, 2, 3))
        problem = self.problem(module, x)
        assert isinstance(problem.attended, np.ndarray)
        assert np.array_equal(problem.attended, x.transpose(0, 2, 1))
        paired = self.problem(module, (x, [0, 1, 2]))
        assert isinstance(paired.attended, np.ndarray)

    @pytest.mark.parametrize(
        "classes, words",
        [([0, 1], "3 paths"), ([0, 2, 2], "without gaps"), ([1, 2, 1], "from 0")],
    )
    def test_refused_classes(self, module, classes, words):
        with pytest.raises(ValueError, match=words):
            self.problem(module, (np.ones((5, 2, 2)), np.array(classes)))

    def test_inputs_for_other_classes_are_refused(self, module):
        with pytest.raises(
            ValueError, match=r"attended: shape \(5, 2, 3\); \(P, N_0, 2\) is needed"
        ):
            self.problem(module, (np.ones((5, 2, 3)), np.array([0, 1, 0])))

    def test_two_examples_as_a_tuple_are_no_pair(self, module):
        x = tuple(RNG.normal(size=(2, 2, 3)))
        assert module.make_problem(x, np.ones(2), 10, 1.0, 0.3).attended.shape == (2, 3, 2)


@pytest.mark.parametrize("expand", [saddle_expansion, finite_width_expansion])
def test_expansions(expand):
    net = network(conv(3, 17, padding=1), conv(2, 16, padding=1))
    data = data_from_arrays(arrays_for(net), net)
    expansion = expand(derive(net)) if expand is finite_width_expansion else expand(derive(net), 2)
    results = []
    for given in (data, unmerged(data)):
        module = generate_expansion(expansion).load()
        if given.classes is None:
            module.identical = lambda columns: np.arange(columns.shape[2])
        problem = module.make_problem(
            given.merged(), given.labels, (17, 16, 15), (1.3, 0.9, 0.7, 0.8), 0.3
        )
        found = getattr(module, expand.__name__)(problem, given.merged(test=True))
        results.append(
            [*found.mean, *found.variance, *(g for terms in found.overlaps for g in terms)]
        )
    for one, other in zip(*results, strict=True):
        assert np.allclose(one, other, rtol=1e-9, atol=1e-11)


def test_any_depth():
    described = network(Repeat((conv(3, 14, padding=1),), "L"))
    module = generate(derive(described)).load()
    net = network(*[conv(3, 14, padding=1)] * 2)
    data = data_from_arrays(arrays_for(net), net)
    solve = {"widths": 30, "variances": (1.3, 0.9, 0.9, 0.8), "temperature": 0.3}
    solve |= {"heads": 3, "depth": 2}
    merged = module.solve(data.merged(), data.labels, **solve)
    module.identical = lambda columns: np.arange(columns.shape[2])
    plain = module.solve(data.of_paths(), data.labels, **solve)
    assert merged.converged and merged.action == pytest.approx(plain.action, rel=1e-10)
    one = module.predict(merged, data.merged(test=True))
    other = module.predict(plain, data.of_paths(test=True))
    assert np.allclose(one, other, atol=1e-7)


class TestData:
    def test_training_and_test_examples_share_classes(self):
        """Heads that are equal in training alone are two: the classes are those of both."""
        net = network(Attention(3, 1.0, 9))
        arrays = {"inputs": RNG.normal(size=(P, FEATURES, TOKENS)), "labels": np.ones(P)}
        arrays |= {"inputs_test": RNG.normal(size=(TESTS, FEATURES, TOKENS))}
        one, two = RNG.random((P, 3, TOKENS, TOKENS)), RNG.random((TESTS, 3, TOKENS, TOKENS))
        one[:, 1] = one[:, 2] = one[:, 0]
        two[:, 2] = two[:, 0]
        data = data_from_arrays(arrays | {"attention_1": one, "attention_1_test": two}, net)
        assert data.classes.tolist() == [0, 1, 0]
        assert np.array_equal(data.of_paths(), attended_inputs(net, arrays["inputs"], [one]))
        assert np.array_equal(
            data.of_paths(test=True), attended_inputs(net, arrays["inputs_test"], [two])
        )

    def test_without_identical_paths_there_are_no_classes(self):
        net = network(Attention(2, 1.0, 9))
        data = data_from_arrays(
            {
                "inputs": RNG.normal(size=(P, FEATURES, TOKENS)),
                "labels": np.ones(P),
                "attention_1": RNG.random((P, 2, TOKENS, TOKENS)),
            },
            net,
        )
        assert data.classes is None and data.paths == 2

    @pytest.mark.parametrize("classes", [[0, 2], [0.0, 1.0], [[0, 1]], [0, 0], [-1, 0, 1]])
    def test_refused_classes(self, classes):
        with pytest.raises(DataError, match="classes: give the class of every path"):
            Data(np.ones((3, 2, 2)), np.ones(3), classes=classes)

    def test_no_test_examples(self):
        with pytest.raises(DataError, match="no test inputs"):
            Data(np.ones((3, 2, 2)), np.ones(3)).of_paths(test=True)


def test_kernel_of_the_sampler():
    data, solver = data_from_arrays(arrays_for(CONVOLUTIONS), CONVOLUTIONS), solver_of(CONVOLUTIONS)
    problem = solver.problem(CONVOLUTIONS, data)
    overlaps = overlaps_of(problem, solver.module)
    kernel = Kernel.of(solver.module, problem)
    count = data.attended.shape[2]
    assert len(kernel.pairs) == count * (count + 1) // 2 < data.paths
    x, bottom = data.of_paths(), solver.module.bottom(overlaps, problem)
    expected = np.einsum("pq,mip,niq->mn", bottom, x, x, optimize=True)
    assert np.allclose(kernel(overlaps), expected, rtol=1e-11)
    assert np.allclose(replace(kernel, pairs=None)(overlaps), expected, rtol=1e-11)


def test_samplers_draw_the_same():
    """The weights' sampler sees the same numbers; the overlaps' another order of their sums."""
    net = network(conv(2, 5, padding=1), conv(2, 4, padding=1))
    data = data_from_arrays(arrays_for(net), net)
    given = {"draws": 4, "chains": 1, "seed": 2}
    one, other = (sample_weights(net, each, **given) for each in (data, unmerged(data)))
    assert np.array_equal(one.means, other.means)
    drawn = sample_overlaps(solver_of(net), net, data, **given)
    assert drawn.overlaps[0].shape[2:] == (4, 4) and np.isfinite(drawn.means).all()


def test_symmetry_of_merged_data():
    """Two equal heads can be exchanged; they are one class of paths."""
    omega = RNG.random((P, 2, TOKENS, TOKENS))
    omega[:, 1] = omega[:, 0]
    net = network(Attention(2, 1.1, 12))
    arrays = {"inputs": RNG.normal(size=(P, FEATURES, TOKENS)), "labels": RNG.normal(size=P)}
    data = data_from_arrays(arrays | {"attention_1": omega}, net)
    assert data.classes.tolist() == [0, 0]
    merged, plain = (symmetric_solution(net, each) for each in (data, unmerged(data)))
    assert merged.action == pytest.approx(plain.action, rel=1e-10)


def test_modules_take_classes_with_a_row_of_labels_per_example():
    net = network(conv(3, 9, padding=1), token="each", positions=TOKENS, outputs=2)
    arrays = {"inputs": RNG.normal(size=(P, FEATURES, TOKENS)), "labels": RNG.normal(size=(P, 2))}
    data, solver = data_from_arrays(arrays, net), Solver.of(net)
    rest = solver.problem(net, data)[2:6]
    for labels in (data.labels, arrays["labels"]):
        made = solver.module.make_problem(data.merged(), labels, *rest)
        assert np.array_equal(made.labels, data.labels)
    with pytest.raises(ValueError, match=r"labels: shape \(7, 3\); \(P, 2\) is needed"):
        solver.module.make_problem(data.merged(), np.ones((P, 3)), *rest)
