"""Solved at 10, 100, ... heads the scalar saddle equations approach those of the limit."""

import numpy as np
import pytest
from small_networks import NETWORKS

from derive import derive
from derive.algebra import evaluate
from derive.programs.runtime.minimise import minimise
from derive.theories.networks.analysis.exchangeable import exchangeable
from derive.theories.networks.phases.reduced import ReducedFunctions

EXAMPLES = 5


def setting(theory):
    notation, random = theory.symmetry.notation, np.random.default_rng(5)
    numbers = {notation.examples: EXAMPLES, notation.features: 3, notation.temperature: 0.3}
    numbers |= {notation.width(s.index): 9 + 2 * s.index for s in notation.streams()}
    numbers |= {notation.variance(w.index): 0.8 + 0.1 * w.index for w in notation.graph.weights}
    numbers[notation.labels()] = 3 * random.normal(size=(EXAMPLES, 1))
    return numbers, random


def solved(theory, infinite, numbers, heads, start):
    """Eigenvalues at finite head counts, by a descent of the action by sectors."""
    numbers, symmetry = dict(numbers), theory.symmetry
    for weight in symmetry.weights:
        numbers[symmetry.notation.heads(weight)] = heads * weight
    for kernel, value in infinite.sector_kernels:
        numbers[kernel] = evaluate(value, numbers)
    named = {symbol.name: value for symbol, value in numbers.items()}
    named["y"] = named["y"].ravel()
    unknowns, functions = theory.papers.unknowns, ReducedFunctions.of(theory.papers)
    often = [evaluate(unknown.multiplicity, numbers) for unknown in unknowns]
    widths = tuple(
        numbers[symmetry.notation.width(u.stream)] * count
        for u, count in zip(unknowns, often, strict=True)
    )
    blocks, reason = minimise(
        tuple(value.reshape(1, 1) for value in start),
        widths,
        lambda blocks: functions.action_and_gradient(blocks, named),
        lambda blocks: lambda steps: functions.hessian_product(blocks, steps, named),
        1e-9,  # float64 has no more at 10^8 equal eigenvalues
    )
    assert reason == ""
    return np.array([block.item() for block in blocks])


def at_infinity(infinite, numbers):
    """Eigenvalues of the limit, by iterating its equations with damping."""
    numbers = dict(numbers)
    numbers |= {symbol: 1.0 for symbol, _ in infinite.equations}
    for _ in range(4000):
        numbers[infinite.symbol] = evaluate(infinite.covariance, numbers)
        for flux, value in infinite.fluxes:
            numbers[flux] = evaluate(value, numbers)
        change = 0.0
        for symbol, right in reversed(infinite.equations):
            step = 0.2 * (evaluate(right, numbers) - numbers[symbol])
            numbers[symbol] += step
            change = max(change, abs(step))
        if change < 1e-13:
            break
    return np.array([numbers[symbol] for symbol, _ in infinite.equations])


@pytest.mark.parametrize("name", ["one attention", "two attentions"])
def test_solutions_approach_the_limit_as_one_over_the_number_of_heads(name):
    theory = exchangeable(derive(NETWORKS[name]))
    infinite, _ = theory.infinite_heads()
    numbers, random = setting(theory)
    for _, kernel in infinite.kernels:
        root = random.normal(size=(EXAMPLES, EXAMPLES))
        numbers[kernel] = root @ root.T
    limit = at_infinity(infinite, numbers)
    heads = (500, 1000, 2000)  # beyond some thousands float64 hides the approach
    found = [solved(theory, infinite, numbers, count, limit) for count in heads]
    gaps = [np.abs(values / limit - 1).max() for values in found]
    orders = np.log2(np.array(gaps[:-1]) / gaps[1:])
    assert orders[-1] == pytest.approx(1, abs=0.01)
    assert gaps[-1] < 1e-3
