"""Monte Carlo at finite N: Metropolis chains of several instances, and what speaks for them.

Half of the chains start at random, half at the teacher where there is one, so that a transition
that chains do not cross in time shows as an R-hat. Weights of zero grow out of small ones while
steps are fitted. Overlaps are those of two chains of one instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.sampling.statistics import estimate
from derive.theories.disorder.description import DisorderedModel, symbol
from derive.theories.disorder.truth.chains import Chains
from derive.theories.disorder.truth.instance import Instance, Layout, draw_instances
from derive.theories.disorder.truth.laws import draw, points
from derive.theories.disorder.truth.measured import Measured, average
from derive.theories.disorder.truth.moves import Move, move_of
from derive.theories.disorder.truth.numeric import Array
from derive.theories.disorder.truth.overlaps import (
    FRESH,
    Fresh,
    fresh_sets,
    pairs,
    predicted,
    sampled,
    taught,
)
from derive.theories.disorder.truth.weights import energies, magnetisations

MOST_R_HAT = 1.1
"""Of one instance; that of their average is held to the stricter bound of `derive.sampling`."""
BURN = 0.25
"""The part of all sweeps that is not kept, in which steps are fitted."""
HARDEN = 0.8
"""The part of these after which weights are what they are."""


def monte_carlo(
    model: DisorderedModel,
    size: int,
    numbers: Mapping[str, float],
    *,
    instances: int = 16,
    couples: int = 4,
    sweeps: int = 2000,
    seed: int = 0,
) -> dict[str, Measured]:
    """Averages over instances of what chains say, with standard errors.

    Where chains have not mixed, the errors are no numbers.

    Args:
        model: Any.
        size: N.
        numbers: Of the parameters.
        instances: How many are drawn.
        couples: Pairs of chains, of each instance.
        sweeps: Attempts to move every site.
        seed: Of the random generator.
    """
    if couples < 2 or sweeps < 40:
        raise SamplingError(f"{couples} pairs of {sweeps} sweeps; two of 40 are the fewest")
    layout, rng = Layout.of(model, size, numbers), np.random.default_rng([seed, instances])
    quenched = draw_instances(layout, instances, seed)
    fresh = [fresh_sets(instance, FRESH, own) for instance, own in quenched]
    drawn = [instance for instance, _ in quenched]
    chains = _start(drawn, 2 * couples, rng)
    moves = {name: move_of(chains, name) for name in layout.components}
    burn = int(BURN * sweeps)
    _settle(chains, moves, burn, rng)
    series: dict[str, list[Array]] = {}
    means = {name: np.zeros_like(x[:, 0]) for name, x in chains.x.items()}
    for _ in range(sweeps - burn):
        _sweep(chains, moves, rng, fit=False)
        for name, values in _readings(chains, moves, drawn, fresh).items():
            series.setdefault(name, []).append(values)
        for name, x in chains.x.items():
            means[name] += x.mean(axis=1) / (sweeps - burn)
    records = [
        {
            **{name: float(np.mean([row[k] for row in rows])) for name, rows in series.items()},
            **predicted(instance, fresh[k], {name: mean[k] for name, mean in means.items()}),
        }
        for k, instance in enumerate(drawn)
    ]
    detail = f"{instances} instances at N = {size}, {2 * couples} chains of {sweeps} sweeps each"
    return average(records, detail, _still(chains) or _unmixed(series))


def _settle(chains: Chains, moves: Mapping[str, Move], burn: int, rng: Any) -> None:
    """Sweeps that are not kept."""
    for step in range(burn):
        chains.soften(_floor(step / burn))
        _sweep(chains, moves, rng, fit=True)
    chains.soften(-np.inf)
    chains.taken[:] = 0


def _floor(progress: float) -> float:
    """ln of what a weight of zero counts as: from 1/e to e^-20, then zero."""
    return -1.0 - 19.0 * progress / HARDEN if progress < HARDEN else -np.inf


def _sweep(chains: Chains, moves: Mapping[str, Move], rng: Any, fit: bool) -> None:
    for name, move in moves.items():
        taken = [
            chains.attempt(name, *move.propose(chains, site, rng), rng).mean()
            for site in range(chains.x[name].shape[2])
        ]
        if fit:
            move.took(float(np.mean(taken)))
    chains.refresh()


def _still(chains: Chains) -> str:
    """Why chains that stand still, or have no weight, cannot be relied on."""
    lost = int(np.sum(~np.isfinite(chains.log_weight())))
    if lost:
        return f"{lost} chains found no configuration with a weight"
    still = int(np.sum(chains.taken == 0))
    return f"{still} chains did not move" if still else ""


def _unmixed(series: Mapping[str, list[Array]]) -> str:
    """Why the chains cannot be relied on; empty where they can."""
    for name, rows in series.items():
        values = np.moveaxis(np.array(rows), 2, 0)  # to (chains, draws, instances)
        whole = estimate(name, values.mean(axis=2, keepdims=True)).unmixed()
        worst = estimate(name, values).r_hat
        if whole:
            return f"chains have not mixed: {whole}"
        if not worst <= MOST_R_HAT:
            return f"chains have not mixed: {name} of an instance has R-hat {worst:.2f}"
    return ""


def _start(drawn: list[Instance], count: int, rng: Any) -> Chains:
    """Half of the chains at random, half at the teacher."""
    x = {name: _random(drawn, name, count, rng) for name in drawn[0].layout.components}
    told = _told(drawn)
    for name, values in told.items():
        x[name][:, count // 2 :] = values[:, None]
    chains = Chains(drawn, x)
    chains.soft[:, : count // 2 if told else count] = True
    return chains


def _random(drawn: list[Instance], name: str, count: int, rng: Any) -> Array:
    """Draws from the base measure where it is a law, shape (instances, chains, sites)."""
    layout = drawn[0].layout
    sites = layout.components[name]
    shape = (count, layout.counts[sites.name])
    base = sites.variable.base(symbol(name))
    if base.square is not None:
        return np.stack([_on_sphere(rng.standard_normal(shape)) for _ in drawn])
    if base.log_density is not None and not base.points:  # which may have no integral of its own
        return np.asarray(rng.standard_normal((len(drawn), *shape)))
    found = []
    for instance in drawn:
        given = {symbol(key): np.tile(instance.attributes[key], count) for key in sites.attributes}
        values = draw(base, symbol(name), layout.numbers, rng, shape[0] * shape[1], given)
        found.append(values.reshape(shape))
    return np.stack(found)


def _on_sphere(x: Array) -> Array:
    return np.asarray(x * np.sqrt(x.shape[-1] / np.sum(x**2, axis=-1, keepdims=True)))


def _told(drawn: list[Instance]) -> dict[str, Array]:
    """The teacher, as near as a component's values come to it, shape (instances, sites)."""
    found: dict[str, Array] = {}
    for name, attribute, _ in taught(drawn[0].layout):
        if name not in found:
            found[name] = np.stack([_near(each, name, attribute) for each in drawn])
    return found


def _near(instance: Instance, name: str, attribute: str) -> Array:
    teacher = instance.attributes[attribute]
    base = instance.layout.components[name].variable.base(symbol(name))
    if base.square is not None:
        return _on_sphere(teacher)
    if base.log_density is not None:
        return teacher
    places, _ = points(base, instance.quenched)
    places = np.broadcast_to(places.reshape(len(places), -1), (len(places), len(teacher)))
    number = np.abs(places - teacher).argmin(axis=0)
    return np.asarray(places[number, np.arange(len(teacher))])


def _readings(
    chains: Chains, moves: Mapping[str, Move], drawn: list[Instance], fresh: list[Fresh]
) -> dict[str, Array]:
    """What is read off one sweep, shape (instances, chains or pairs of them)."""
    layout = chains.layout
    found: dict[str, Array] = {}
    for first, second, ending in pairs(layout):
        a, b = chains.x[first], chains.x[second]
        couples = np.mean(a[:, 0::2] * b[:, 1::2], axis=2)
        found |= {f"q{ending}": couples, f"Q{ending}": np.mean(a * b, axis=2)}
        if first == second:
            found[f"q{ending}_squared"] = couples**2
    for name, attribute, label in taught(layout):
        teacher = chains.attributes[symbol(attribute)][:, None]
        overlap = np.mean(teacher * chains.x[name], axis=2)
        found |= {label: overlap, f"{label}_squared": overlap**2}
    rows = [
        {
            "energy": energies(instance, x) / layout.size,
            **magnetisations(instance, x),
            **sampled(instance, fresh[k], x),
        }
        for k, instance in enumerate(drawn)
        for x in [{name: values[k] for name, values in chains.x.items()}]
    ]
    found |= {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    costs = sum((move.energy(chains) for move in moves.values()), np.zeros(chains.shape))
    return {**found, "energy": found["energy"] + costs / layout.size}
