"""Rule 3: change variables from the vectors of a stream to their overlaps."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build, contains, rebuild
from derive.algebra.nodes import Along, Gram, LogMultigamma
from derive.algebra.scalars import expand
from derive.errors import RuleError
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.state import State


def change_variables(state: State, stream: int) -> State:
    r"""Replace the m vectors of a stream, in R^N, by their overlaps G.

    .. math:: dg = \frac{\pi^{Nm/2} N^{Nm/2}}{\Gamma_m(N/2)} \det(G)^{(N-m-1)/2}\, dG,
              \qquad N \ge m

    Vectors that read features with a mean have projections b on the all-ones direction too; the
    other components are in N - 1 dimensions, and have the overlaps G - b b^T / N.

    .. math:: dg = \frac{\pi^{(N-1)m/2} N^{(N-1)m/2}}{\Gamma_m((N-1)/2)}
              \det(G - b b^\top / N)^{(N-m-2)/2}\, dG\, db, \qquad N > m

    Raises:
        RuleError: The density depends on the vectors in another way than through overlaps.
    """
    notation = state.notation
    weights = notation.graph.streams[stream].weights
    laws = [find_normal(state.body, notation.vectors(weight)) for weight in weights]
    body, constant = state.body, state.constant
    for law in laws:
        exponent, normalisation = written_out(law)
        body, constant = body - law + exponent, constant + normalisation
    body = overlaps_for_vectors(body, notation, stream)
    width, count = notation.width(stream), notation.vectors_count(stream)
    free = width - 1 if notation.projected(stream) else width
    volume = free * count * sympy.log(sympy.pi * width) / 2 - LogMultigamma(free / 2, count)
    jacobian = (free - count - 1) / 2 * build.logdet(across(notation, stream))
    return state.but(
        body=body + jacobian,
        constant=constant + volume,
        overlaps=(*state.overlaps, stream),
        covariances=_covariances(state, laws, stream),
    )


def across(notation: Notation, stream: int) -> Any:
    """The overlaps of what a stream's vectors are across their projections, if they have any."""
    overlap = notation.overlap(stream)
    if not notation.projected(stream):
        return overlap
    along = notation.along()
    square = build.mul(along, build.transpose(along))
    return build.subtract(overlap, build.scale(1 / notation.width(stream), square))


def _covariances(state: State, laws: list[Any], stream: int) -> tuple[tuple[int, Any], ...]:
    """The covariances of all vectors replaced so far, in overlaps."""
    weights = state.notation.graph.streams[stream].weights
    added = tuple((k, law.args[2]) for k, law in zip(weights, laws, strict=True))
    return tuple(
        (k, overlaps_for_vectors(covariance, state.notation, stream))
        for k, covariance in (*state.covariances, *added)
    )


def written_out(law: Any) -> tuple[Any, Any]:
    """A centred Gaussian law of rows, through their Gram matrix; the 2 pi apart."""
    vectors, mean, covariance = law.args
    if not build.is_zero(mean):
        raise RuleError(f"the law of {vectors} is not centred")
    count, width = vectors.shape
    quadratic = build.trace(build.mul(build.inv(covariance), build.gram(vectors)))
    exponent = -width / 2 * (quadratic + build.logdet(covariance))
    return expand(exponent), -width * count * sympy.log(2 * sympy.pi) / 2


def overlaps_for_vectors(body: Any, notation: Notation, stream: int) -> Any:
    """Replace the Gram matrices of a stream's vectors by blocks of its overlaps.

    Their projections, where there are some, become those that are order parameters.

    Raises:
        RuleError: Vectors remain.
    """
    overlap = notation.overlap(stream)
    weights = notation.graph.streams[stream].weights
    readers = [w.acts_on for w in notation.graph.weights if w.above == stream]
    runs = {}
    for run in {(k,) for k in weights} | set(readers):
        vectors = build.stack(*(notation.vectors(k) for k in run))
        runs[Gram(vectors)] = build.pick(overlap, notation.span(run))
        if notation.projected(stream):
            runs[Along(vectors)] = build.select(notation.along(), notation.span(run))
    vectors = {notation.vectors(k) for k in weights}
    changed = _rebuild_terms(body, vectors, runs)
    if contains(changed, vectors):
        raise RuleError(
            f"the density depends on the vectors of stream {stream + 1} beyond their overlaps"
        )
    return changed


def _rebuild_terms(body: Any, vectors: set[Any], runs: dict[Any, Any]) -> Any:
    """Replace Gram matrices in the terms that hold them; matrices have no terms of this kind."""
    if getattr(body, "is_Matrix", False):
        return rebuild(body, runs.get)
    terms = sympy.Add.make_args(body)
    return sympy.Add(*(rebuild(t, runs.get) if contains(t, vectors) else t for t in terms))
