"""Make the two expansions in 1/N at fixed P: rules applied in turn, each a step."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from derive.algebra import build
from derive.algebra.series import Series
from derive.arguments import takes
from derive.errors import RuleError
from derive.steps.step import Equation, Order, Step
from derive.theories.networks.analysis.expansions import equations, statements
from derive.theories.networks.analysis.expansions.certificates import decay, exact_law
from derive.theories.networks.analysis.expansions.expansion import (
    FiniteWidthExpansion,
    SaddleExpansion,
)
from derive.theories.networks.analysis.expansions.laplace import (
    Averages,
    Fluctuations,
    average_predictor,
    fluctuations,
    prior_means,
    split_by_width,
)
from derive.theories.networks.analysis.expansions.saddle import (
    Orders,
    expand_action,
    expand_overlaps,
    expand_predictor,
)
from derive.theories.networks.derivation.derivation import Derivation
from derive.theories.networks.derivation.state import WIDE
from derive.theories.networks.derivation.theory import refuse_mean

MOST_ORDERS = 9
"""Of an expansion; the number of terms, and with it all times, doubles with each order."""
FIRST_ALONE = (
    ": for any depth the overlaps are known to first order (the step 'first correction'), and "
    "higher orders and averages over the exact law have no induction over layers yet"
)


@takes("derivation")
def saddle_expansion(derivation: Derivation, order: int = 2) -> SaddleExpansion:
    r"""Expand the saddle point in 1/N at fixed P: overlaps, action and predictor.

    .. math:: G_s = Q_s + \sum_{k=1}^{order} G_s^{(k)} + O(1/N^{order + 1})

    The saddle point is the one that continues from infinite width. This is no expansion of the
    exact law: `finite_width_expansion` is.

    Args:
        derivation: From `derive.derive`.
        order: The highest power of 1/N.

    Raises:
        RuleError: The order is no whole number from 1, or above MOST_ORDERS.

    >>> from derive import Embedding, Network, Readout, derive
    >>> from derive.theories.networks.analysis.expansions import saddle_expansion
    >>> derivation = derive(Network((Embedding("N", 1.3), Readout(1.2)), "T"))
    >>> expansion = saddle_expansion(derivation, order=1)
    >>> expansion.overlaps[0]
    (Q_a, D_a_order1)
    """
    if not isinstance(order, Integral) or isinstance(order, bool) or order < 1:
        raise RuleError(f"order {order}: an expansion in 1/N needs a whole number from 1")
    if order > MOST_ORDERS:
        raise RuleError(f"order {order}: terms double with every order; give at most {MOST_ORDERS}")
    theory, order = derivation.require_known(FIRST_ALONE), int(order)
    refuse_mean(theory, "an expansion in 1/N")
    orders = expand_overlaps(theory, order)
    action = expand_action(orders, order)
    mean, variance = expand_predictor(orders, order)
    return SaddleExpansion(
        derivation.network, theory, order, tuple(orders.definitions),
        tuple(map(tuple, orders.overlaps)), mean, variance, action=action,
        steps=_saddle_steps(orders, order, action, (mean, variance)),
    )  # fmt: skip


@takes("derivation")
def finite_width_expansion(derivation: Derivation) -> FiniteWidthExpansion:
    r"""Expand posterior averages of the exact law to first order in 1/N, at fixed P.

    .. math:: \langle f \rangle = f + f'[D] + \langle \tfrac12 f''[X, X] \rangle + O(1/N^2)

    with D the shift of the overlaps' mean and X their fluctuations: the terms N - m - 1 and
    everything that the saddle point leaves out at this order are in it.

    Args:
        derivation: From `derive.derive`.

    >>> from derive import Embedding, Network, Readout, derive
    >>> from derive.theories.networks.analysis.expansions import finite_width_expansion
    >>> derivation = derive(Network((Embedding("N", 1.3), Readout(1.2)), "T"))
    >>> finite_width_expansion(derivation).fluctuations.definitions
    ((X_a, Z_a),)
    """
    theory = derivation.require_known(FIRST_ALONE)
    refuse_mean(theory, "an expansion in 1/N")
    first, spread = expand_overlaps(theory, 1), fluctuations(theory)
    averages = average_predictor(first, spread)
    return FiniteWidthExpansion(
        derivation.network, theory, 1, tuple(first.definitions),
        tuple(map(tuple, first.overlaps)), averages.mean, averages.variance,
        fluctuations=spread, names=averages.definitions,
        steps=_exact_steps(first, spread, averages),
    )  # fmt: skip


def _leading(name: str, text: tuple[str, str], certificate: Any, **shown: Any) -> Step:
    shown = {"before": (), **shown}
    return Step(name, *text, Order.LEADING, certificate=certificate, limit=WIDE, **shown)


def _saddle_steps(
    orders: Orders, order: int, action: Series, predictor: tuple[Series, Series]
) -> tuple[Step, ...]:
    theory = orders.theory
    mean, variance = predictor
    quantities = [
        ("the mean", theory.predictor.mean, mean),
        ("the variance", theory.predictor.variance, variance),
    ]
    return (
        _leading(
            f"overlaps to order {order}", statements.OVERLAPS,
            decay.overlaps_to_order(orders, order),
            after=equations.named(orders.definitions),
        ),
        _leading(
            f"action to order {order}", statements.ACTION,
            decay.series_to_order(orders, order, [("S", theory.action, action)]),
            after=equations.action(action),
        ),
        _leading(
            f"predictor to order {order}", statements.PREDICTOR,
            decay.series_to_order(orders, order, quantities),
            after=(*equations.coefficients("f", mean), *equations.coefficients("v", variance)),
        ),
    )  # fmt: skip


def _exact_steps(first: Orders, fluctuations: Fluctuations, averages: Averages) -> tuple[Step, ...]:
    theory, parts = first.theory, split_by_width(first.theory)
    means = prior_means(theory)
    return (
        Step(
            "parts by width", *statements.SPLIT, Order.EXACT, (),
            (Equation("L", parts.leading), Equation("A", parts.rest)),
            exact_law.split_law(theory, parts),
        ),
        _leading(
            "fluctuations", statements.FLUCTUATE,
            exact_law.sum_of_squares(theory, parts, fluctuations),
            after=(*equations.laws(fluctuations), *equations.named(fluctuations.definitions)),
        ),
        Step(
            "mean without labels", *statements.PRIOR, Order.EXACT,
            tuple(Equation("0", build.average(mean.score)) for mean in means),
            equations.named(
                pair
                for mean in means
                for pair in (
                    (build.average(mean.overlap), mean.mean), (mean.symbol, mean.covariance),
                )
            ),
            exact_law.mean_without_labels(theory, means),
        ),
        _leading(
            "mean of the overlaps", statements.MEAN,
            exact_law.mean_of_overlaps(theory, parts, first, fluctuations),
            before=(Equation(statements.RESPONSE, statements.FORCES),),
            after=equations.named(first.definitions),
        ),
        _leading(
            "mean and variance of the output", statements.AVERAGE,
            exact_law.mean_of_predictor(theory, parts, first, fluctuations, averages),
            after=(
                *equations.coefficients("f", averages.mean),
                *equations.coefficients("v", averages.variance),
                *equations.named(averages.definitions),
            ),
        ),
    )  # fmt: skip
