"""The integrals over one site and one field, written out where they have a closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Dummy

from derive.theories.disorder import closed
from derive.theories.disorder.derivation.averages import reduced
from derive.theories.disorder.nodes.functions import LogSumExp
from derive.theories.disorder.nodes.towers import (
    FieldIntegral,
    Inner,
    Law,
    Leaf,
    Mean,
    SiteIntegral,
    Slope,
    mean,
)


@dataclass(frozen=True)
class Known:
    """What closed forms may take for granted.

    Attributes:
        positive: Symbols that are positive in every model.
        signs: Labels that are 1 or -1.
        likely: Symbols that are positive by default; taken so where there is no form without.
        assumed: Those that were; whoever computes with the forms has to see to it.
    """

    positive: tuple[Any, ...] = ()
    signs: tuple[Any, ...] = ()
    likely: tuple[Any, ...] = ()
    assumed: set[Any] = field(default_factory=set, compare=False)


@dataclass(frozen=True)
class Form:
    """A leaf's closed form, in its centres and in its spreads as symbols of their own.

    Attributes:
        log: L, or F.
        centres: omega, or B.
        spreads: V, or A, row by row.
        conditions: What must be positive for it to hold.
    """

    log: Any
    centres: tuple[Any, ...]
    spreads: tuple[Any, ...]
    conditions: tuple[Any, ...]

    def of(self, leaf: Leaf, *indices: int) -> Any:
        """A derivative in the centres, at a leaf's own arguments."""
        body = self.log
        for index in indices:
            body = body.diff(self.centres[index])
        there = dict(zip(self.centres, leaf.centres, strict=True))
        there |= dict(zip(self.spreads, leaf.args[3], strict=True))
        return body.xreplace(there)


def form_of(leaf: Leaf, known: Known) -> Form | None:
    """The closed form of a leaf, if there is one."""
    found, likely = _form(leaf, known), leaf.free_symbols & set(known.likely)
    if found is None and likely:
        found = _form(leaf, replace(known, positive=(*known.positive, *known.likely)))
        if found is not None:
            known.assumed.update(likely)
    return found


def _form(leaf: Leaf, known: Known) -> Form | None:
    count = len(leaf.centres)
    letter = "A" if isinstance(leaf, SiteIntegral) else "V"
    centres = tuple(Dummy(c.name if c.is_Symbol else "c", real=True) for c in leaf.centres)
    spreads = tuple(Dummy(letter, real=True) for _ in range(count**2))
    if count == 1:
        found = _single(leaf, centres[0], spreads[0], known)
    else:
        found = _several(leaf, centres, spreads)
    return None if found is None else Form(found.expression, centres, spreads, found.conditions)


def _single(leaf: Any, centre: Any, spread: Any, known: Known) -> closed.Closed | None:
    if isinstance(leaf, FieldIntegral):
        positive = (*known.positive, spread)
        return closed.gaussian(
            leaf.weight, leaf.inside[0], centre, spread, signs=known.signs, positive=positive
        )
    measure = leaf.args[0][0]
    if leaf.rest != 0:
        measure = weighted(measure, leaf.rest)
    return closed.site(measure, measure.symbol, centre, spread, positive=known.positive)


def weighted(measure: Any, exponent: Any) -> Any:
    """A measure times the exponential of a function."""
    x = measure.symbol
    points = [sympy.Tuple(v, w * sympy.exp(exponent.xreplace({x: v}))) for v, w in measure.points]
    density = measure.args[2] + exponent if measure.log_density is not None else measure.args[2]
    return measure.func(x, sympy.Tuple(*points), density, *measure.args[3:])


def _several(leaf: Any, centres: Any, spreads: Any) -> closed.Closed | None:
    """Of several components: points by summing over all of them, Gaussians by their matrix."""
    if isinstance(leaf, FieldIntegral):
        return _quadratic_weight(leaf, centres, spreads)
    count, inside = len(centres), leaf.inside
    rest: Any = leaf.args[1]
    if not rest.is_polynomial(*inside) or sympy.Poly(rest, *inside).total_degree() > 2:
        return None
    nowhere = dict.fromkeys(inside, sympy.S.Zero)
    hessian = sympy.Matrix(count, count, lambda r, c: -rest.diff(inside[r], inside[c]))
    precision = sympy.Matrix(count, count, spreads) + hessian
    fields = sympy.Matrix(centres) + sympy.Matrix([rest.diff(x).xreplace(nowhere) for x in inside])
    constant, measures = rest.xreplace(nowhere), tuple(leaf.args[0])
    if all(m.log_density is None for m in measures):
        return closed.Closed(constant + _point_sum(measures, fields, precision))
    found = _gaussian_matrix(measures, fields, precision)
    return found and closed.Closed(constant + found.expression, found.conditions)


def _point_sum(measures: Any, fields: Any, precision: Any) -> Any:
    terms: list[tuple[list[Any], Any]] = [([], sympy.S.Zero)]
    for measure in measures:
        terms = [
            ([*x, value], log + sympy.log(weight))
            for x, log in terms
            for value, weight in measure.points
        ]
    exponents = []
    for values, log in terms:
        x = sympy.Matrix(values)
        exponents.append(log + (fields.T * x)[0] - (x.T * precision * x)[0] / 2)
    return LogSumExp(*map(sympy.expand, exponents))


def _quadratic_weight(leaf: Any, centres: Any, spreads: Any) -> closed.Closed | None:
    r"""A weight exp(-h.M.h/2 + b.h + c) of several fields h ~ N(omega, V).

    .. math:: L = c - \tfrac12 \ln\det(1 + M V) - \tfrac12 \omega^T K \omega + \ldots, \qquad
              K = (1 + M V)^{-1} M
    """
    fields, factors = leaf.inside, sympy.Mul.make_args(leaf.weight)
    if not all(type(factor) is sympy.exp for factor in factors):
        return None
    exponent = sympy.Add(*(factor.args[0] for factor in factors))
    if not exponent.is_polynomial(*fields):
        return None
    quadratic = sympy.Poly(exponent, *fields)
    if quadratic.total_degree() > 2:
        return None
    count, nowhere = len(fields), dict.fromkeys(fields, sympy.S.Zero)
    hessian = sympy.Matrix(count, count, lambda r, c: -exponent.diff(fields[r], fields[c]))
    linear = sympy.Matrix([exponent.diff(h).xreplace(nowhere) for h in fields])
    omega, spread = sympy.Matrix(centres), sympy.Matrix(count, count, spreads)
    total = (sympy.eye(count) + hessian * spread).applyfunc(sympy.expand)
    determinant = sympy.expand(total.det())
    inverse = total.adjugate() / determinant
    constant = exponent.xreplace(nowhere) - sympy.log(determinant) / 2
    form = -omega.T * inverse * hessian * omega / 2 + linear.T * inverse.T * omega
    form += linear.T * spread * inverse * linear / 2
    return closed.Closed(constant + form[0], (determinant,))


def _gaussian_matrix(measures: Any, fields: Any, precision: Any) -> closed.Closed | None:
    constant, diagonal = sympy.S.Zero, []
    for m in measures:
        whole = (m.lower, m.upper) == (-sympy.oo, sympy.oo) and not m.points
        if not whole or not m.log_density.is_polynomial(m.symbol):
            return None
        quadratic = sympy.Poly(m.log_density, m.symbol)
        if quadratic.degree() > 2 or quadratic.coeff_monomial(m.symbol) != 0:
            return None
        diagonal.append(-2 * quadratic.coeff_monomial(m.symbol**2))
        constant += quadratic.coeff_monomial(1) + m.offset + sympy.log(2 * sympy.pi) / 2
    total = precision + sympy.diag(*diagonal)
    determinant = total.det()
    form = (fields.T * total.adjugate() * fields)[0] / determinant
    return closed.Closed(constant + form / 2 - sympy.log(determinant) / 2, (determinant,))


def leaves_in(*expressions: Any) -> list[Leaf]:
    """All leaves of some expressions."""
    found = set().union(*(e.atoms(FieldIntegral, SiteIntegral) for e in expressions))
    return sorted(found, key=sympy.default_sort_key)


def inner_form(node: Inner, known: Known) -> Any | None:
    r"""The average of an observable as the derivative in what multiplies it in the exponent."""
    observable, leaf = node.args
    source = Dummy("source", real=True)
    if isinstance(leaf, FieldIntegral):
        heavier: Any = leaf.func(leaf.weight * sympy.exp(source * observable), *leaf.args[1:])
    else:
        heavier = leaf.func(leaf.args[0], leaf.rest + source * observable, *leaf.args[2:])
    form = form_of(heavier, known)
    return None if form is None else form.of(heavier).diff(source).xreplace({source: sympy.S.Zero})


def written_out(expression: Any, forms: dict[Leaf, Form | None], inner: dict[Any, Any]) -> Any:
    """The expression with leaves that are quadratic in the fields written out, and averaged."""
    known = {}
    for node in expression.atoms(Mean):
        body, law = node.args
        inside = leaves_in(body)
        quadratic = all(_is_quadratic(leaf, forms.get(leaf), law) for leaf in inside)
        if inside and quadratic:
            known[node] = mean(_substituted(body, forms, inner), law)
    return reduced(expression.xreplace(known)) if known else expression


def _is_quadratic(leaf: Leaf, form: Form | None, law: Law) -> bool:
    if form is None or form.of(leaf).has(sympy.Heaviside):
        return False
    variables = list(law.fields)
    if law.labels.kind != "none":
        variables.append(law.labels.symbol)
    return bool(form.of(leaf).is_polynomial(*variables))


def _substituted(body: Any, forms: dict[Leaf, Form | None], inner: dict[Any, Any]) -> Any:
    known = {node: value for node, value in inner.items() if value is not None}
    for node in _nodes(body):
        leaf = node if isinstance(node, Leaf) else node.leaf
        form = forms[leaf]
        if form is not None and not isinstance(node, Inner):
            indices = node.indices if isinstance(node, Slope) else ()
            known[node] = form.of(leaf, *indices)
    return body.xreplace(known)


def _nodes(expression: Any) -> Iterator[Any]:
    """Leaves and their slopes, outermost."""
    if isinstance(expression, Leaf | Slope | Inner):
        yield expression
        return
    for part in expression.args:
        yield from _nodes(part)
