"""The derivation: rules applied one after another, each application recorded as a step."""

from __future__ import annotations

from typing import Any, NamedTuple

from derive.algebra import build
from derive.algebra.kinds import Matrix
from derive.steps.step import Equation, Order, Step
from derive.theories.networks.derivation import certificates
from derive.theories.networks.derivation.labels import (
    CHAIN_ACTION,
    CHAIN_SHIFT,
    CONSTANT,
    DROPPED,
    FLUCTUATION,
    MEAN,
    VARIANCE,
    slope_name,
)
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.recorder import Recorder
from derive.theories.networks.derivation.rules.chain.rewrite import Chain
from derive.theories.networks.derivation.rules.chain.statement import CHAIN
from derive.theories.networks.derivation.rules.change.rewrite import overlaps_for_vectors
from derive.theories.networks.derivation.rules.eliminate.rewrite import SaddleEquation
from derive.theories.networks.derivation.rules.eliminate.statement import ELIMINATE, IMPLICIT_SOURCE
from derive.theories.networks.derivation.rules.hessian.rewrite import Hessian
from derive.theories.networks.derivation.rules.hessian.statement import HESSIAN, hessian_equations
from derive.theories.networks.derivation.rules.predictor.rewrite import Predictor
from derive.theories.networks.derivation.rules.predictor.statement import PREDICT
from derive.theories.networks.derivation.rules.proportional.rewrite import Proportional
from derive.theories.networks.derivation.rules.proportional.statement import LIMIT
from derive.theories.networks.derivation.rules.share.rewrite import Share
from derive.theories.networks.derivation.rules.share.statement import PROJECTIONS
from derive.theories.networks.derivation.rules.stationarity.statement import STATIONARY
from derive.theories.networks.derivation.rules.wide.rewrite import Wide
from derive.theories.networks.derivation.rules.wide.statement import CORRECT, INFINITE
from derive.theories.networks.derivation.ruleset import RULES, Rules
from derive.theories.networks.derivation.state import PROPORTIONAL, WIDE, State
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network


class Derived(NamedTuple):
    """A theory, and the steps that led to it."""

    theory: Theory
    steps: tuple[Step, ...]


def derive_theory(network: Network, notation: Notation, rules: Rules = RULES) -> Derived:
    """The theory of a stream graph, and its steps.

    Args:
        network: The description; the first step's certificate sends examples through it.
        notation: The stream graph, with its symbols.
        rules: The rewriting rules.

    Raises:
        RuleError: The network is outside the theory.
    """
    run = Recorder(network, notation, rules)
    law = run.exact_law()
    limit = _limit(run, law)
    limit, share = _projections(run, law, limit) if notation.has_mean else (limit, None)
    more = () if share is None else (share,)
    gradients = _stationarity(run, limit)
    equations = _eliminate(run, law, gradients)
    chain = _chain(run, limit, equations)
    prediction = _predictor(run, law, *more)
    wide = _wide(run, law, limit, gradients)
    curvature = _hessian(run, gradients, *more)
    theory = Theory(
        notation, law, limit.action, limit.energy, limit.constant, limit.dropped,
        gradients, equations, prediction, wide, chain, curvature, share,
    )  # fmt: skip
    return Derived(theory, tuple(run.steps))


def _limit(run: Recorder, law: State) -> Proportional:
    limit = run.rules.proportional(law)
    run.record(
        "proportional limit", LIMIT, certificates.proportional(law, limit),
        order=Order.LEADING, limit=PROPORTIONAL,
        before=(Equation(r"\ln p", law.body + law.constant),),
        after=(
            Equation("S", limit.action),
            Equation(CONSTANT, limit.constant),
            Equation(DROPPED, limit.dropped),
        ),
    )  # fmt: skip
    return limit


def _projections(run: Recorder, law: State, limit: Proportional) -> tuple[Proportional, Share]:
    projected, share = run.rules.projections(law, limit)
    along = run.notation.along()
    run.record(
        "projections", PROJECTIONS,
        certificates.projections(law, limit, projected, share),
        before=(Equation("S", limit.action),),
        after=(
            Equation("S", projected.action),
            Equation("0", share.slope),
            Equation(build.mul(along, build.transpose(along)), share.square),
            Equation(FLUCTUATION, share.fluctuation),
        ),
    )  # fmt: skip
    return projected, share


def _stationarity(run: Recorder, limit: Proportional) -> tuple[Any, ...]:
    notation = run.notation
    gradients = run.rules.stationarity(limit.action, notation)
    overlaps = [notation.overlap(s.index) for s in notation.streams()]
    pairs = zip(overlaps, gradients, strict=True)
    run.record(
        "stationarity", STATIONARY,
        certificates.stationarity(limit.action, gradients, notation),
        after=tuple(Equation(slope_name(overlap), g) for overlap, g in pairs),
    )  # fmt: skip
    return gradients


def _eliminate(run: Recorder, law: State, gradients: tuple[Any, ...]) -> tuple[SaddleEquation, ...]:
    equations = run.rules.eliminate(gradients, law)
    for equation in equations:
        after = [Equation(equation.overlap, equation.right)]
        if equation.flux is not None:
            after.append(Equation(equation.flux, equation.flux_value))
        statement = ELIMINATE
        if equation.reason:
            statement = (equation.reason, IMPLICIT_SOURCE)
        gradient = gradients[equation.stream]
        run.record(
            f"saddle equation of {equation.overlap.name}", statement,
            certificates.eliminate(gradients, equations, equation.stream, run.notation),
            before=(Equation("0", gradient),), after=tuple(after), moves=equation.moves,
        )  # fmt: skip
    return equations


def _chain(run: Recorder, limit: Proportional, equations: Any) -> Chain | None:
    chain = run.rules.chain(limit.action, equations, run.notation)
    if chain is None:
        return None
    after = [
        Equation(u, build.scale(c, run.notation.overlap(k)))
        for k, (u, c) in enumerate(zip(chain.overlaps, chain.scales, strict=True))
    ]
    after += [Equation(CHAIN_ACTION, chain.action), Equation(CHAIN_SHIFT, chain.shift)]
    for equation in chain.equations:
        after.append(Equation(equation.overlap, equation.right))
        after.append(Equation(equation.flux, equation.flux_value))
    run.record(
        "papers' normalisation", CHAIN,
        certificates.chain(limit.action, equations, chain, run.notation), after=tuple(after),
    )  # fmt: skip
    return chain


def _predictor(run: Recorder, law: State, *share: Share) -> Predictor:
    notation = run.notation

    def to_overlaps(kernel: Matrix) -> Any:
        for stream in notation.streams():
            kernel = overlaps_for_vectors(kernel, notation, stream.index)
        return kernel

    predictor = run.rules.predictor(law, to_overlaps, *share)
    run.record(
        "predictor", PREDICT, certificates.predictor(law, predictor, notation, *share),
        order=Order.LEADING, limit=PROPORTIONAL,
        after=(
            Equation("C", predictor.covariance),
            Equation(MEAN, predictor.mean),
            Equation(VARIANCE, predictor.variance),
        ),
    )  # fmt: skip
    return predictor


def _wide(run: Recorder, law: State, limit: Proportional, gradients: tuple[Any, ...]) -> Wide:
    notation = run.notation
    point = run.rules.infinite(law)
    overlaps = zip(notation.streams(), point.overlaps, strict=True)
    shown = [Equation(name, value) for name, value in point.points]
    shown += [Equation(notation.overlap(s.index), value) for s, value in overlaps]
    run.record(
        "infinite width", INFINITE,
        certificates.infinite(limit, gradients, point, notation),
        order=Order.LEADING, limit=WIDE, after=tuple(shown),
    )  # fmt: skip
    wide = run.rules.correction(limit.energy, law, point)
    shown = [Equation(name, value) for name, value in (*wide.forces, *wide.corrections)]
    run.record(
        "first correction", CORRECT,
        certificates.correction(limit, gradients, wide, notation),
        order=Order.LEADING, limit=WIDE, after=tuple(shown),
    )  # fmt: skip
    return wide


def _hessian(run: Recorder, gradients: tuple[Any, ...], *share: Share) -> Hessian:
    notation = run.notation
    hessian = run.rules.hessian(gradients, notation, *share)
    run.record(
        "Hessian", HESSIAN, certificates.hessian(gradients, hessian, notation, *share),
        after=hessian_equations(hessian, notation),
    )  # fmt: skip
    return hessian


__all__ = ["RULES", "Derived", "Rules", "derive_theory"]
