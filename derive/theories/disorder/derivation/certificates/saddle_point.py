r"""The saddle point, by sums over all overlaps of two replicas at N = 20, 40 and 80.

The number of configurations with given overlaps is built up by kinds of sites. Examples are
replaced by a smooth function of the overlaps, and sites by signs with weights of their own: the
step does not depend on either. The sums,

.. math:: \frac1N \ln \sum_O \text{(number of ways)}\, e^{N \psi(O)} = \phi + O(1/N)

extrapolated, are compared with the exponent at its extremum, found by Newton's method.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from scipy import optimize
from scipy.special import gammaln, logsumexp

from derive.algebra import evaluate
from derive.errors import CertificateError
from derive.steps.compare import guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.continuation import extrapolated
from derive.theories.disorder.derivation.certificates.instance import (
    Values,
    agreement,
    parameters_of,
)
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replica_values import summed
from derive.theories.disorder.nodes.replicas import Entry, FieldMoment, N, SiteMoment
from derive.theories.disorder.truth.numeric import Array
from derive.theories.disorder.truth.numeric import evaluate as number

LADDERS = ((20, 40, 80), (10, 20, 40), (4, 8, 16))
MOST = 1_000_000
"""Values of the overlaps that are summed over."""
DIGITS = 4
"""Digits of an extrapolation from these sizes."""
IDLE = 0.1
"""A conjugate of what is the same in all configurations: it must drop out."""


@dataclass(frozen=True)
class Population:
    """Kinds of one site of a population, all of signs.

    Attributes:
        ratio: Sites per N.
        logs: ln of the weight of each kind.
        kinds: The values of variables and attributes of each.
        brings: From entries of order parameters to what each kind brings.
    """

    ratio: float
    logs: Array
    kinds: list[Values]
    brings: dict[Any, Array]


@dataclass(frozen=True)
class Surrogate:
    """A system of signs with as many replicas, and the sizes at which it is summed."""

    replicas: int
    sizes: tuple[int, ...]
    populations: list[Population]

    @property
    def brings(self) -> dict[Any, Array]:
        """Of all populations."""
        return {k: v for p in self.populations for k, v in p.brings.items()}


def saddle_point(before: State, after: State) -> Certificate:
    """Sums over overlaps against the extremum."""

    def check(digits: int) -> Evidence:
        found = agreement(digits, DIGITS)
        values = _parameters(after)
        system = _surrogate(after, values)
        values[N] = system.replicas
        exponent = _smooth(after, system, values)
        sums = [_log_sum(exponent, system, size) / size for size in system.sizes]
        limit = extrapolated([1 / size for size in system.sizes], sums)
        found.compare("the extremum", _extremum(exponent, after, system), limit)
        return found.evidence(
            f"all overlaps of {system.replicas} replica{'s' if system.replicas > 1 else ''} at N = "
            f"{', '.join(map(str, system.sizes))}, extrapolated, to at most {DIGITS} digits"
        )

    return guarded(check)


def _parameters(state: State) -> Values:
    """Parameters, with ratios of populations for which there are whole numbers of sites."""
    values = parameters_of(state, 31)
    for sites in state.model.sites:
        if sites.ratio.is_Symbol:
            values[sites.ratio] = 0.5
    return values


def _surrogate(state: State, values: Values) -> Surrogate:
    """As many replicas and sites as can be summed over."""
    for replicas, sizes in itertools.product((2, 1), LADDERS):
        populations = [
            _population(state, k, replicas, values) for k in range(len(state.model.sites))
        ]
        counts = [
            math.comb(round(p.ratio * sizes[-1]) + len(p.kinds) - 1, len(p.kinds) - 1)
            for p in populations
        ]
        if math.prod(counts) <= MOST:
            return Surrogate(replicas, sizes, populations)
    raise CertificateError("too many overlaps to sum over")


def _population(state: State, place: int, replicas: int, values: Values) -> Population:
    """All kinds of a site that differ in what they bring."""
    sites = state.model.sites[place]
    rows: dict[tuple[float, ...], list[Any]] = {}
    names = [*itertools.product(sites.variables, range(replicas))]
    for signs in itertools.product((1.0, -1.0), repeat=len(names) + len(sites.quenched)):
        t = dict(zip(sites.quenched, signs, strict=False))
        x = dict(zip(names, signs[len(t) :], strict=True))
        brought = _brought(state, place, replicas, t, x)
        log = sum(0.11 * a * v for a, v in enumerate(t.values(), start=1))
        log += sum(0.07 * v for v in x.values())
        known = {**t, **{Entry(name, a): v for (name, a), v in x.items()}}
        rows.setdefault(tuple(brought.values()), [brought, []])[1].append((log, known))
    kinds = [members[0][1] for _, members in rows.values()]
    logs = np.array([logsumexp([log for log, _ in members]) for _, members in rows.values()])
    entries = next(iter(rows.values()))[0]
    brings = {e: np.array([brought[e] for brought, _ in rows.values()]) for e in entries}
    return Population(float(evaluate(sites.ratio, values)), logs, kinds, brings)


def _brought(state: State, place: int, replicas: int, t: Values, x: Any) -> dict[Any, float]:
    """What a site brings to every order parameter of its population."""
    found = {}
    for square in state.overlaps.squares:
        if square.population == place:
            first, second = square.components
            for a, b in itertools.product(range(replicas), repeat=2):
                found[Entry(square.off, a, b)] = x[first, a] * x[second, b]
    for linear in state.overlaps.linears:
        if linear.population == place:
            for a in range(replicas):
                here = {name: v for (name, r), v in x.items() if r == a}
                used = {**t, **here}
                found[Entry(linear.parameter, a)] = float(number(linear.observable, used))
    return found


def _smooth(state: State, system: Surrogate, values: Values) -> Any:
    """The exponent with a smooth function for each moment of fields, and signs at the sites."""
    entries = list(system.brings)
    smooth = sympy.Add(
        *(sympy.Float(0.07 + 0.01 * k) * e + e**2 / 20 for k, e in enumerate(entries))
    )
    known: dict[Any, Any] = dict.fromkeys(state.exponent.atoms(FieldMoment), smooth / 3)
    numbers = {s: sympy.Float(v) for s, v in values.items()}
    exponent = summed(state.exponent.xreplace(known), system.replicas)
    sites = {}
    for node in exponent.atoms(SiteMoment):
        variables = {measure.symbol for measure in node.args[1]}
        place = next(k for k, s in enumerate(state.model.sites) if set(s.variables) == variables)
        p = system.populations[place]
        terms = [
            sympy.exp(node.args[0].xreplace(kind) + sympy.Float(log))
            for kind, log in zip(p.kinds, p.logs, strict=True)
        ]
        sites[node] = sympy.log(sympy.Add(*terms))
    return exponent.xreplace(sites).xreplace(numbers)


def _entries(exponent: Any, state: State) -> tuple[list[Any], list[Any]]:
    """Entries of order parameters and of their conjugates."""
    names = set(state.overlaps.parameters)
    entries = sorted(exponent.atoms(Entry), key=str)
    return (
        [e for e in entries if e.symbol in names],
        [e for e in entries if e.symbol not in names],
    )


def _log_sum(exponent: Any, system: Surrogate, size: int) -> float:
    """ln of the sum over all overlaps of what stands in the exponent without conjugates."""
    entries = exponent.atoms(Entry)
    logs: Any = np.zeros(1)
    known: dict[Any, Any] = {}
    for p in system.populations:
        count = round(p.ratio * size)
        if abs(count - p.ratio * size) > 1e-9:
            raise CertificateError(f"{p.ratio * size} sites")
        ways = _compositions(count, len(p.kinds))
        more = gammaln(count + 1) - gammaln(ways + 1).sum(axis=1) + ways @ p.logs
        known = {e: np.repeat(v, len(ways)) for e, v in known.items()}
        known |= {e: np.tile(ways @ v / count, len(logs)) for e, v in p.brings.items()}
        logs = (logs[:, None] + more).ravel()
    # Without conjugates the sites have what a site has by itself, which the ways count.
    idle = sum(p.ratio * logsumexp(p.logs) for p in system.populations)
    values = {e: known.get(e, 0.0) for e in entries}
    return float(logsumexp(logs + size * (number(exponent, values) - idle)))


def _compositions(total: int, parts: int) -> Array:
    """All ways to part a number into so many, in order."""
    if parts == 1:
        return np.array([[total]])
    rows = [
        np.column_stack([np.full(len(rest), first), rest])
        for first in range(total + 1)
        for rest in [_compositions(total - first, parts - 1)]
    ]
    return np.concatenate(rows)


def _extremum(exponent: Any, state: State, system: Surrogate) -> float:
    """The exponent where it is stationary in all that can vary."""
    brings = system.brings
    plain, hats = _entries(exponent, state)
    twin = dict(zip(state.overlaps.parameters, state.overlaps.conjugates, strict=True))
    fixed: dict[Any, Any] = {}
    for e in plain:
        if np.ptp(brings[e]) == 0:  # the same in all configurations
            fixed[e] = sympy.Float(float(brings[e][0]))
            fixed[Entry(twin[e.symbol], *e.replicas)] = sympy.Float(IDLE)
    for e in [*plain, *hats]:
        alike = Entry(e.symbol, *e.replicas[::-1])
        if e not in fixed and alike in (*plain, *hats) and e.replicas[0] > e.replicas[-1]:
            fixed[e] = alike
    body = exponent.xreplace(fixed)
    free = sorted(body.atoms(Entry), key=str)
    marks = {e: sympy.Dummy(real=True) for e in free}
    body = body.xreplace(marks)
    names = list(marks.values())
    slopes = sympy.lambdify(names, [body.diff(s) for s in names], "numpy", cse=True)
    start = [float(np.mean(brings[e])) if e in brings else 0.0 for e in free]
    found = optimize.root(lambda v: np.array(slopes(*v), dtype=float), start, tol=1e-12)
    if not np.max(np.abs(slopes(*found.x))) < 1e-8:
        raise CertificateError("the exponent has no extremum by Newton's method")
    return float(body.xreplace(dict(zip(names, map(sympy.Float, found.x), strict=True))))
