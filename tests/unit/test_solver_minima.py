"""Where an action has several minima, the lowest is found, and the others are told."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from derive import derive
from derive.cli import main
from derive.programs.runtime.minima import runs_into
from derive.theories.networks.analysis.scalar import scalar_theory
from derive.theories.networks.description import (
    Attention,
    Data,
    Embedding,
    Linear,
    Network,
    Readout,
    Repeat,
    network_to_toml,
)
from derive.theories.networks.module import generate
from derive.theories.networks.solver import Solver, load_solution, save_solution


def chain(widths, variances, temperature):
    first, *rest = widths
    *inner, last = variances
    layers = [Linear(variance=v, width=w) for v, w in zip(inner, rest, strict=True)]
    return Network(
        (Embedding(width=first, variance=1.0), *layers, Readout(variance=last)), temperature
    )


@cache
def by_depth(stages):
    network = chain((7, *range(5, 4 + stages)), (0.9,) * (stages - 1) + (1.2,), 0.3)
    return Solver.of(network), scalar_theory(network)


def issue():
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(10, 20))
    labels = 3 * np.sign(generator.normal(size=10))
    return chain((10,) * 4, (0.1,) * 4, 0.1), Data(inputs[:, :, None], labels)


def roots(theory, network, data):
    """All of them, from mpmath and intervals that are excluded: no code of the solver."""
    inputs = data.attended[:, :, 0]
    values, axes = np.linalg.eigh(inputs @ inputs.T / inputs.shape[1])
    values = np.where(values > 1e-13 * values[-1], values, 0.0)
    widths = [layer.width for layer in network.layers[:-1]]
    names = [*(f"N_{k}" for k in range(1, len(widths))), "N_a"]
    given = dict(zip(names, map(float, widths), strict=True))
    given["c"] = float(np.prod([layer.variance for layer in network.layers[1:]]))
    given |= {"temperature": network.temperature, "eigenvalues": values.tolist()}
    given["projections"] = (axes.T @ data.labels).tolist()
    return theory.solve(given, 15).roots


def test_the_minimum_that_explains_the_labels_is_returned():
    network, data = issue()
    solver, theory = by_depth(4)
    found = solver.solve(network, data)
    assert found.converged
    assert "the lowest of 2 minima, with 9.93e+03 times" in found.message
    assert "487.6 higher in action" in found.message
    assert "first-order transition" in found.message
    assert found.bottom[0, 0] == pytest.approx(0.9925, abs=1e-4)
    (other,) = found.others
    assert other.bottom[0, 0] == pytest.approx(1.64e-4, abs=1e-6)
    known = roots(theory, network, data)
    assert [root.action for root in known] == sorted(root.action for root in known)
    # of three roots the highest is the maximum between two minima
    for solution, root in zip((found, other), known[:2], strict=True):
        assert solution.bottom[0, 0] == pytest.approx(float(root.overlap), rel=1e-9)
    gap = float(known[1].action - known[0].action)
    assert other.action - found.action == pytest.approx(gap, rel=1e-10)


@pytest.mark.parametrize("given", [{"continuation": True}, {"tolerance": 1e-8}])
def test_it_is_returned_whatever_else_is_asked(given):
    network, data = issue()
    found = by_depth(4)[0].solve(network, data, **given)
    assert found.bottom[0, 0] == pytest.approx(0.9925, abs=1e-4)
    assert len(found.others) == 1


def test_a_search_keeps_the_other_minima():
    network, data = issue()
    best, other = by_depth(4)[0].search(network, data, 2)
    assert best.others == (other,)
    assert best.action < other.action


def test_a_given_start_is_followed_and_nothing_else():
    network, data = issue()
    solver = by_depth(4)[0]
    wide = solver.module.infinite_width(solver.problem(network, data))
    found = solver.solve(network, data, start=wide)
    assert found.bottom[0, 0] == pytest.approx(1.64e-4, abs=1e-6)
    assert found.others == ()


@pytest.mark.parametrize("seed", range(12))
def test_none_of_the_roots_is_lower(seed):
    generator = np.random.default_rng([14, seed])
    stages = 2 + seed % 3
    widths = np.exp(generator.uniform(np.log(3), np.log(60), size=stages)).astype(int)
    variances = np.exp(generator.uniform(np.log(0.01), 0.0, size=stages)).round(4)
    network = chain(widths.tolist(), variances.tolist(), float(10.0 ** (seed % 3 - 2)))
    inputs = generator.normal(size=(9, 14 if seed % 2 else 6))
    data = Data(inputs[:, :, None], (4.0 - seed % 4) * np.sign(generator.normal(size=9)))
    solver, theory = by_depth(stages)
    found = solver.solve(network, data)
    known = roots(theory, network, data)
    assert found.bottom[0, 0] == pytest.approx(float(known[0].overlap), rel=1e-6)
    assert len(known) == 1 + 2 * len(found.others)  # minima with maxima between them


def test_modules_for_any_depth_return_it_too():
    network, data = issue()
    repeated = Repeat((Linear(variance=0.1, width=10),), "L")
    module = generate(
        derive(Network((network.layers[0], repeated, network.layers[-1]), 0.1))
    ).load()
    found = module.solve(
        data.attended, data.labels, depth=3, widths=10.0, variances=(1.0,) + (0.1,) * 4,
        temperature=0.1,
    )  # fmt: skip
    assert float(found.overlaps[0][0, 0]) == pytest.approx(0.9925, abs=1e-4)
    assert len(found.others) == 1


def test_files_and_the_terminal_tell_every_minimum(tmp_path, capsys):
    network, data = issue()
    found = by_depth(4)[0].solve(network, data)
    save_solution(tmp_path / "saved.npz", found)
    stored = load_solution(tmp_path / "saved.npz")
    np.testing.assert_allclose(stored["minima_action"], [found.action, found.others[0].action])
    assert stored["minima_G_bottom"].shape == (2, 1, 1)
    spec, arrays, out = (tmp_path / name for name in ("net.toml", "data.npz", "out.npz"))
    spec.write_text(network_to_toml(network), encoding="utf-8")
    np.savez(arrays, attended=data.attended, labels=data.labels)
    assert main(["solve", str(spec), "--data", str(arrays), "--out", str(out)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"another minimum, action {found.others[0].action:.8g}" in printed
    assert "the lowest of 2 minima" in printed


def counted(module, monkeypatch):
    """How often the action, its gradient or the closed equations are evaluated."""
    calls = []
    for name in ("action_and_gradient", "closed_equations"):
        plain = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given, plain=plain: calls.append(1) or plain(*given)
        )
    return calls


@pytest.mark.parametrize("width", [11, 40])
def test_looking_for_lower_minima_costs_about_as_much_as_a_descent(width, monkeypatch):
    network = Network(
        (Embedding(width, 1.1), Attention(3, 0.9, width + 3), Attention(2, 1.2, width - 2),
         Readout(0.8)), 0.07,
    )  # fmt: skip
    generator = np.random.default_rng(3)
    attended = generator.normal(size=(60, 25, 6))
    labels = 2.5 * np.sign(attended[:, 0, 0] + 0.4 * generator.normal(size=60))
    solver, data = Solver.of(network), Data(attended, labels)
    wide = solver.module.infinite_width(solver.problem(network, data))
    calls = counted(solver.module, monkeypatch)
    one = solver.solve(network, data, start=wide)
    descent = len(calls)
    found = solver.solve(network, data)
    assert found.action <= one.action + 1e-9
    # an early end where a descent runs into a known minimum saves a third
    assert len(calls) - descent <= 1.25 * descent


def test_a_descent_runs_into_a_minimum_only_from_near_and_slightly_above():
    minima = [(np.diag([3.0, 0.7]), -9.0)]
    near, far = (np.diag([3.3, 0.8]),), (np.diag([5.0, 0.7]),)
    assert runs_into(near, -8.2, minima, 9.0)
    assert not runs_into(near, -8.0, minima, 9.0)  # by more than a tenth of the width
    assert not runs_into(near, -9.1, minima, 9.0)  # below: another minimum, and lower
    assert not runs_into(far, -8.9, minima, 9.0)
    assert not runs_into(near, -8.9, [], 9.0)


def test_minima_are_told_apart_beside_a_constant_of_any_size():
    """Every example three times, with noise of size one: |y_perp|^2 / T = 1e21 in each action.

    In the span of the inputs it is the problem of one of each at a third of the temperature, with
    1e-10 as the unit of inputs and labels, and 1e-20 as that of the temperature.
    """
    (network, data), unit = issue(), 1e-10
    x, y, solver = data.attended[:, :, 0], data.labels, Solver.of(network)
    once = solver.solve(network, data)
    labels = np.concatenate([unit * y + noise for noise in (1.0, -1.0, 0.0)])
    thrice = Data(unit * np.vstack([x, x, x])[:, :, None], labels)
    found = solver.solve(replace(network, temperature=0.3 * unit**2), thrice)
    assert len(once.others) == len(found.others) == 1
    for ours, due in ((found, once), (found.others[0], once.others[0])):
        assert ours.bottom[0, 0] == pytest.approx(due.bottom[0, 0], rel=1e-5)
    gap = once.others[0].action - once.action
    assert f"another is {gap:.4g} higher in action" in found.message
