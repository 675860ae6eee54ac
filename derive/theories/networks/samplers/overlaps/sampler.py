"""Chains of the overlaps from their exact law at finite width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from derive.errors import SamplingError
from derive.sampling.draws import OVERLAPS, Array, Draws
from derive.sampling.recording import Progress, Reading, generators, record, slice_angles
from derive.theories.networks.description import Data, Network
from derive.theories.networks.description.feature_inputs import feature_note
from derive.theories.networks.description.graph import stream_graph, without_density
from derive.theories.networks.samplers.overlaps.coordinates import Coordinates
from derive.theories.networks.samplers.overlaps.law import Kernel, Law
from derive.theories.networks.samplers.overlaps.reference import FREEDOM, Reference
from derive.theories.networks.solver import Solver
from derive.theories.networks.solver.refusals import one_line_errors
from derive.threads import blas_threads


@dataclass(eq=False)
class Chain:
    r"""The state of one chain.

    A step draws the scale s of the Student-t reference given z, a second point of N(0, s) with it,
    and a point on the ellipse through both at which the ratio of law and reference lies above a
    level drawn below its present value (Nishihara, Murray and Adams, JMLR 15 (2014) 2087). The
    law is left as it is, whatever the reference; nothing is tuned.

    Attributes:
        law: The log density.
        reference: Of the ellipses.
        generator: Its own.
        point: Where it is.
        predict: From overlaps to the predictor's mean and variance.
        steps: Slices between two draws.
    """

    law: Law = field(repr=False)
    reference: Reference = field(repr=False)
    generator: np.random.Generator = field(repr=False)
    point: Array = field(repr=False)
    predict: Callable[[tuple[Array, ...]], tuple[Array, Array]] = field(repr=False)
    steps: int = 1

    def __post_init__(self) -> None:
        self.value = self.law(self.point)

    def sweep(self) -> None:
        """Some slices."""
        for _ in range(self.steps):
            self._slice()

    def _slice(self) -> None:
        generator, reference = self.generator, self.reference
        z = reference.whiten(self.point)
        shape = (FREEDOM + len(z)) / 2
        scale = (FREEDOM + z @ z) / 2 / generator.gamma(shape)
        other = np.sqrt(scale) * generator.normal(size=len(z))
        level = self.value - reference.log_density(z) - generator.exponential()
        for angle in slice_angles(generator):
            trial = np.cos(angle) * z + np.sin(angle) * other
            point = reference.place(trial)
            value = self.law(point)
            if value - reference.log_density(trial) > level:
                self.point, self.value = point, value
                return

    def reading(self) -> Reading:
        """Overlaps, and the predictor given them."""
        overlaps = self.law.coordinates.overlaps(self.point)
        return Reading(overlaps, *self.predict(overlaps))

    def state(self) -> dict[str, Any]:
        """What the chain goes on from; the reference belongs to it."""
        return {
            "point": [self.point.copy()],
            "reference": [self.reference.centre, self.reference.root],
            "factors": list(self.law.coordinates.factors),
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state of the same law."""
        self.reference = Reference(*state["reference"])
        self.point = state["point"][0].copy()
        self.value = self.law(self.point)
        self.generator.bit_generator.state = state["generator"]


STEPS = 5
"""Slices between two draws: a reading of the predictor costs as much."""
PILOT = 200
"""Slices of each chain, times the number of coordinates' root, for the reference's moments."""


def sample_overlaps(
    solver: Solver,
    network: Network,
    data: Data,
    *,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 0,
    burn: int | None = None,
    copies: int = 1,
    progress: Progress | None = None,
    resume: Draws | None = None,
) -> Draws:
    r"""Draw a network's overlaps from their exact posterior at finite width.

    .. math:: p(G \mid y) \propto p(G)\, \mathcal N(y; 0, K(G) + T)^{k}

    with p(G) and K as derived, evaluated by the generated module: no width enters the cost. With
    k copies every width is k times as large and there are k independent copies of the data, so
    that the saddle point is the same for every k. The predictor is that of one copy.
    Where the first layer is one of features the law is that of Gaussian features, and the draws
    say so.

    Args:
        solver: Of the network.
        network: Every symbol has a value.
        data: Attended inputs, labels, and test examples if there are any.
        draws: Of each chain, those of `resume` included.
        chains: Independent chains, from over-dispersed starts.
        seed: Of all of them.
        burn: Draws of each chain that are not kept; by default a tenth, at least 50.
        copies: k.
        progress: Called with the number of draws made.
        resume: Earlier draws of the same chains, to go on with.

    Returns:
        The draws; after an interrupt those that were made.

    Raises:
        DescriptionError: A symbol has no value.
        SamplingError: A width is below the number of vectors of its stream, where the overlaps
            have no density; the message names the width that would do.
        SolveError: Data and network do not fit, or the kernel is singular.

    Source: theory of sections 1.1 and 2; Nishihara, Murray and Adams, JMLR 15 (2014) 2087.

    >>> from derive import Embedding, Readout
    >>> data = Data(np.eye(3)[:, :, None], [1.0, -1.0, 2.0], attended_test=np.ones((2, 3, 1)))
    >>> network = Network((Embedding(5, 1.3), Readout(1.2)), 0.1)
    >>> draws = sample_overlaps(Solver.of(network), network, data, draws=10, chains=2)
    >>> draws.overlaps[0].shape, draws.means.shape
    ((2, 10, 1, 1), (2, 10, 2))
    """
    _check(network, draws, chains, copies)
    own = generators(draws, chains, seed)
    with blas_threads(data.attended.shape), np.errstate(all="ignore"):
        law, start = _law(solver, network, data, copies, resume)
        predict = _predictor(law, data)
        if resume is None:
            walkers = _piloted(law, start, own, predict)
        else:
            walkers = [Chain(law, Reference.at(law, start), g, start, predict) for g in own]
        for walker in walkers:
            walker.steps = STEPS
        return record(
            walkers, method=OVERLAPS, draws=draws, seed=seed, progress=progress, resume=resume,
            burn=max(50, draws // 10) if burn is None else burn, note=feature_note(network),
        )  # fmt: skip


def _check(network: Network, draws: int, chains: int, copies: int) -> None:
    if stream_graph(network).weights[0].mean:
        raise SamplingError(
            "layers[1]: the features have a mean, and the sampler of overlaps does not know the "
            "projections of their vectors; above a hidden layer of features sample_features does"
        )
    if reason := without_density(network, copies):
        raise SamplingError(f"{reason}, or sample the weights")
    if min(draws, chains, copies) < 1:
        raise SamplingError(
            f"draws, chains, copies: {draws}, {chains}, {copies} given; give whole numbers from 1"
        )


def _law(
    solver: Solver, network: Network, data: Data, copies: int, resume: Draws | None
) -> tuple[Law, Array]:
    """The law in coordinates around the infinite-width point, or in those of earlier draws."""
    module, problem = solver.module, solver.problem(network, data)
    centre = module.infinite_width(problem)
    with one_line_errors():
        module.refuse_singular(centre, problem)
    problem = module.inside(problem)  # what lies outside the span is constant
    kernel = Kernel.of(module, problem)
    wider = problem._replace(widths=tuple(copies * width for width in problem.widths))
    # draws of something else hold no factors that fit; they are refused where they are gone on with
    factors = resume.state[0].get("factors", ()) if resume is not None and resume.state else ()
    if [np.shape(factor) for factor in factors] == [np.shape(overlap) for overlap in centre]:
        coordinates = Coordinates(tuple(factors))
    else:
        coordinates = Coordinates.around(_saddle(solver, network, data, centre))
    return Law(module, wider, copies, kernel, coordinates), np.zeros(coordinates.size)


def _saddle(solver: Solver, network: Network, data: Data, centre: Any) -> Any:
    """The saddle point where there is one to be found: any point would do, this is a near one."""
    try:
        solution = solver.solve(network, replace(data, attended_test=None, labels_test=None))
    except Exception:  # a start that is not the best is no error
        return centre
    return solution.overlaps if solution.converged else centre


def _predictor(law: Law, data: Data) -> Callable[[tuple[Array, ...]], tuple[Array, Array]]:
    if data.attended_test is None:
        return lambda _: (np.zeros(0), np.zeros(0))
    tests = law.module.tests_by_path(data.merged(test=True), law.problem)
    return lambda overlaps: law.module.predictor(overlaps, tests, law.problem)


def _piloted(law: Law, start: Array, generators: Any, predict: Any) -> list[Chain]:
    """Chains with a reference from a pilot run, which is thrown away; their starts are spread."""
    reference = Reference.at(law, start)
    chains = []
    slices = int(PILOT * np.sqrt(len(start)))
    for generator in generators:
        pilot = Chain(law, reference, generator, _spread(law, reference, generator), predict)
        points = []
        for _ in range(slices):
            pilot.sweep()
            points.append(pilot.point)
        chains.append(np.array(points[slices // 3 :]))
    better = Reference.of(np.concatenate(chains))
    return [
        Chain(law, better, generator, points[-1], predict)
        for generator, points in zip(generators, chains, strict=True)
    ]


def _spread(law: Law, reference: Reference, generator: np.random.Generator) -> Array:
    """A start from twice the width of the reference, where the law is finite."""
    for _ in range(100):
        point = reference.place(2 * generator.normal(size=law.coordinates.size))
        if np.isfinite(law(point)):
            return point
    return reference.centre
