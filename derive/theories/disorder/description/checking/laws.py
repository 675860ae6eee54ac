"""Laws: probabilities sum to one, densities are not negative, partition functions are finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sympy

from derive.errors import DescriptionError
from derive.theories.disorder.description.checking.integrals import (
    growth,
    integral,
    where_infinite,
)
from derive.theories.disorder.description.checking.numeric import value
from derive.theories.disorder.description.checking.settings import Setting, complaint, told
from derive.theories.disorder.description.checking.signs import negative, undefined, vanishes
from derive.theories.disorder.description.language import BETA, symbol, write
from derive.theories.disorder.description.laws import (
    Density,
    Discrete,
    GaussBernoulli,
    Gaussian,
    Regulariser,
)
from derive.theories.disorder.description.parts import overlaps, place
from derive.theories.disorder.description.sites import Sites

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel

ROUNDING = 1e-9
QUADRATURE = 1e-7
"""How far from one an integral may be."""


def check_laws(model: DisorderedModel) -> None:
    """Raise DescriptionError at a law that is none."""
    for k, sites in enumerate(model.sites):
        where = place("sites", model.sites, k)
        check_number(model, sites.ratio, f"{where}.ratio", lambda n: n > 0, "above zero")
        for name, law in sites.attributes.items():
            _check_attribute(model, sites, name, law, f"{where}.attributes.{name}")
        _check_variable(model, sites, f"{where}.variable")
    _check_covariances(model)


def check_number(
    model: DisorderedModel,
    expression: Any,
    where: str,
    fits: Callable[[float], bool],
    due: str,
    sites: Sites | None = None,
) -> None:
    """Raise DescriptionError if a number is out of its range in every setting."""

    def check(at: Setting) -> str:
        number = float(value(expression, at))
        return "" if fits(number) else f"it is {number:.6g}{told(at)}, and a number {due} is due"

    said = complaint(model, expression.free_symbols, check, sites)
    if said:
        raise DescriptionError(f"{where}: {said}; mend it")


def _check_attribute(model: DisorderedModel, sites: Sites, name: str, law: Any, where: str) -> None:
    _check_form(model, sites, law, where)
    if isinstance(law, Discrete):
        total = sympy.expand(sympy.Add(*law.weights))

        def off(at: Setting) -> str:
            number = float(value(total, at))
            wrong = not abs(number - 1) < ROUNDING
            return (
                f"the weights sum to {number:.6g}{told(at)}, and to one they must" if wrong else ""
            )

        said = "" if total == 1 else complaint(model, total.free_symbols, off, sites)
        if said:
            raise DescriptionError(f'{where}: {said}; divide by the sum, such as "1/3" for a third')
    if isinstance(law, Density):
        _check_unit(model, sites, law, where)
        if any(of == name for example in model.examples for of in example.fields.values()):
            said = _diverging(model, sites, law, 2)
            if said:
                raise DescriptionError(
                    f"{where}: the second moment, which is the variance of its field, diverges "
                    f"{said}; let it decay faster"
                )


def _check_unit(model: DisorderedModel, sites: Sites, law: Density, where: str) -> None:
    """The density of an attribute integrates to one."""
    base = law.base(law.symbol)

    def off(at: Setting) -> str:
        infinite = where_infinite(base, law.symbol, at, moment=0)
        if infinite:
            return f"its integral over {law.symbol} diverges {infinite}"
        total = integral(base, law.symbol, at)
        wrong = not abs(total - 1) < QUADRATURE
        return f"its integral over {law.symbol} is {total:.6g}{told(at)}" if wrong else ""

    said = complaint(model, law.expression.free_symbols - {law.symbol}, off, sites)
    if said:
        raise DescriptionError(f"{where}: {said}, and one it must be; divide by its integral")


def _check_form(model: DisorderedModel, sites: Sites, law: Any, where: str) -> None:
    """Numbers in their range, densities that have a value and are not negative."""
    if isinstance(law, Gaussian | GaussBernoulli):
        check_number(model, law.variance, f"{where}.variance", lambda n: n > 0, "above zero", sites)
    if isinstance(law, GaussBernoulli):
        check_number(
            model, law.density, f"{where}.density", lambda n: 0 <= n <= 1, "from 0 to 1", sites
        )
    if isinstance(law, Discrete):
        for k, weight in enumerate(law.weights, start=1):
            check_number(
                model, weight, f"{where}.weights[{k}]", lambda n: n >= 0, "from zero", sites
            )
    if isinstance(law, Density | Regulariser):
        _check_density(model, sites, law, where)


def _check_density(model: DisorderedModel, sites: Sites, law: Any, where: str) -> None:
    x, expression = law.symbol, law.expression

    def off(at: Setting) -> str:
        nowhere = undefined(expression, [x], at)
        if nowhere is not None:
            return f"it has no real value{told({**nowhere, **at})}"
        if isinstance(law, Regulariser):
            return ""
        below = negative(expression, [x], at)
        if below is not None:
            number = float(value(expression, {**at, **below}))
            return f"it is {number:.3g}{told({**below, **at})}, and a density is not negative"
        return "it is zero everywhere" if vanishes(expression, [x], at) else ""

    said = complaint(model, expression.free_symbols - {x}, off, sites)
    if said:
        raise DescriptionError(f"{where}: {write(expression)}: {said}; mend it")


def _check_variable(model: DisorderedModel, sites: Sites, where: str) -> None:
    law = sites.variable
    _check_form(model, sites, law, where)
    if isinstance(law, Discrete):
        total = sympy.Add(*law.weights)
        check_number(
            model, total, f"{where}.weights: their sum", lambda n: n > 0, "above zero", sites
        )
    if isinstance(law, Density | Regulariser):
        has_fields = _has_fields(model, sites)
        said = _diverging(model, sites, law, None if has_fields else 0)
        if said:
            text = write(law.expression)
            text = f"exp(-beta*({text}))" if isinstance(law, Regulariser) else text
            alone = "" if has_fields else " (no examples bound it)"
            raise DescriptionError(
                f"{where}: the partition function is infinite: the integral of {text} over "
                f"{law.symbol} diverges {said}{alone}; let it decay"
            )
    _check_couplings(model, sites, where)


def _has_fields(model: DisorderedModel, sites: Sites) -> bool:
    names = {variable.name for variable in sites.variables}
    return any(names & {*example.fields.values()} for example in model.examples)


def _diverging(model: DisorderedModel, sites: Sites, law: Any, moment: float | None) -> str:
    base, x = law.base(law.symbol), law.symbol

    def off(at: Setting) -> str:
        infinite = where_infinite(base, x, at, moment=moment)
        return f"{infinite}{told(at).replace(' at ', ' for ', 1)}" if infinite else ""

    return complaint(model, base.log_density.free_symbols - {x}, off, sites)


def _check_couplings(model: DisorderedModel, sites: Sites, where: str) -> None:
    """Without examples, a variable's own weight has to outgrow the Hamiltonian, |x|^p."""
    base, x = sites.variable.base(symbol(sites.name)), symbol(sites.name)
    own = [q for q, (home, _, _) in overlaps(model).items() if home is sites]
    orders = [
        sympy.Poly(term.covariance, *own).total_degree()
        for term in model.couplings
        if term.covariance.is_polynomial(*own)
    ]
    if base.log_density is None or base.square is not None or _has_fields(model, sites):
        return
    order = max(orders, default=0)

    def off(at: Setting) -> str:
        power = growth(base, x, at)
        return f"|{x}|^{power:.3g}" if power < order - 0.05 else ""

    said = complaint(model, (base.log_density.free_symbols - {x}) | {BETA}, off, sites)
    if said:
        raise DescriptionError(
            f"{where}: the partition function is infinite: the couplings' energy grows like "
            f"|{x}|^{order} and ln of the variable's law falls like {said} only, so the integral "
            f"over {x} diverges at infinity; write spherical, or a law that falls faster"
        )


def _check_covariances(model: DisorderedModel) -> None:
    """A covariance of overlaps is one in all dimensions if no power has a negative factor."""
    if any(sites.components > 1 for sites in model.sites):
        return
    known = [*overlaps(model)]
    for k, term in enumerate(model.couplings):
        if term.covariance.is_polynomial(*known):
            where = f"{place('couplings', model.couplings, k)}.covariance"
            for powers, factor in sympy.Poly(term.covariance, *known).terms():
                power = write(sympy.Mul(*(q**p for q, p in zip(known, powers, strict=True))))
                due = "from zero (only then is it the covariance of a Hamiltonian)"
                check_number(model, factor, f"{where}: factor of {power}", lambda n: n >= 0, due)
