r"""Feature maps of a first layer that is not linear, and their kernels.

The preactivations of a neuron, :math:`h = v \cdot x / \sqrt{N_x}` with entries of v of variance
:math:`\sigma_0^2`, are Gaussian with covariance :math:`c = \sigma_0^2\, x \cdot x' / N_x`,
variances a and b. The kernel is the second moment of the features, about zero:

.. math:: \kappa(x, x') = \langle \phi(h)\, \phi(h') \rangle

============  ===================  =====================================================
name          phi(h)               kappa
============  ===================  =====================================================
arc-sine      erf(h)               2/pi arcsin(2 c / sqrt((1 + 2 a)(1 + 2 b)))
arc-cosine-0  1 above 0, 1/2 at 0  (pi - theta) / (2 pi)
arc-cosine-1  max(h, 0)            sqrt(a b) (sin theta + (pi - theta) cos theta) / (2 pi)
============  ===================  =====================================================

with cos theta = c / sqrt(a b), 0 where a or b vanishes. The mean of the features is 0 for the odd
erf, 1/2 for the step and sqrt(a / (2 pi)) for max(h, 0). No factor of sqrt 2 stands anywhere: erf
is that of h itself, and the arc-cosine kernels are half of those of Cho and Saul.

Source: Williams (1997) for the arc-sine; Cho and Saul (2009) for the arc-cosines.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any

import numpy as np
from scipy import special

from derive.errors import DataError, DescriptionError
from derive.theories.networks.description.arrays import Array, expect_shape, real_array
from derive.theories.networks.description.preactivations import (
    Preactivations,
    arc_sine,
    ramp_moment,
    step_moment,
)
from derive.wording import choices, one_line, shown

GROUP = "derive.kernels"
"""The group of entry points under which an installed package names kernels of its own."""

Kernel = Callable[[Array, Array], Any]
"""From inputs (n, N_x) and (m, N_x) to values (n, m)."""


@dataclass(frozen=True)
class FeatureMap:
    """A nonlinearity and its kernel.

    Attributes:
        name: Of the kernel.
        formula: phi(h), in LaTeX.
        activation: phi on arrays of floats.
        scalar: phi on a number of an arithmetic that is given first (an mpmath context, or math).
        second_moment: kappa from the preactivations of two sets of inputs.
        homogeneous: Whether kappa is proportional to sigma_0^2.
        mean: <phi(h)> from the variances a of the preactivations; None where it vanishes.
    """

    name: str
    formula: str
    activation: Callable[[Any], Any] = field(repr=False)
    scalar: Callable[[Any, Any], Any] = field(repr=False)
    second_moment: Callable[[Preactivations], Array] = field(repr=False)
    homogeneous: bool = False
    mean: Callable[[Array], Array] | None = field(default=None, repr=False)


MAPS: dict[str, FeatureMap] = {
    activation.name: activation
    for activation in (
        FeatureMap(
            "arc-sine", r"\mathrm{erf}(h)", special.erf, lambda math, h: math.erf(h), arc_sine
        ),
        FeatureMap(
            "arc-cosine-0",
            r"\theta(h)",
            lambda h: np.heaviside(h, 0.5),
            lambda math, h: (1 + (h > 0) - (h < 0)) * math.sqrt(0.25),
            step_moment,
            mean=lambda a: np.full_like(a, 0.5),
        ),
        FeatureMap(
            "arc-cosine-1",
            r"\max(h, 0)",
            lambda h: np.maximum(h, 0.0),
            lambda math, h: h if h > 0 else 0 * h,
            ramp_moment,
            homogeneous=True,
            mean=lambda a: np.sqrt(a / (2 * np.pi)),
        ),
    )
}
"""The kernels that have a name."""


def feature_map(kernel: Any) -> FeatureMap | None:
    """The nonlinearity behind a kernel's name; None where the kernel alone is given."""
    return MAPS.get(kernel) if isinstance(kernel, str) else None


def kernel_name(kernel: Any) -> str:
    """What a kernel is called: its name, or that of the function."""
    if isinstance(kernel, str):
        return kernel
    return one_line(str(getattr(kernel, "__name__", type(kernel).__name__)), 40)


def check_kernel(place: str, kernel: Any) -> None:
    """Check that a kernel is a known name, the name of an entry point, or a function.

    Raises:
        DescriptionError: It is not.
    """
    if callable(kernel) or feature_map(kernel) is not None:
        return
    if not isinstance(kernel, str):
        raise DescriptionError(
            f"{place}: {shown(kernel)} is no kernel; give a name in quotes ({', '.join(MAPS)}), or "
            "in Python a function of two arrays of inputs"
        )
    installed = [point.name for point in entry_points(group=GROUP)]
    if kernel not in installed:
        raise DescriptionError(
            f"{place}: {shown(kernel)} is no kernel, nor an installed entry point of the group "
            f"{GROUP}{choices(kernel, (*MAPS, *installed))}"
        )


def kernel_matrix(kernel: Any, left: Array, right: Array, variance: float) -> Array:
    r"""The kernel of two sets of inputs.

    Args:
        kernel: A name, or a function of (n, N_x) and (m, N_x) that gives (n, m).
        left: Inputs, shape (n, N_x).
        right: Inputs, shape (m, N_x).
        variance: sigma_0^2: of the weights before a nonlinearity with a name; a function of one's
            own is multiplied by it, as the products x . x' / N_0 of an embedding are.

    Returns:
        kappa, shape (n, m).

    Raises:
        DescriptionError: An entry point cannot be loaded.
        DataError: A function of one's own fails, or gives no real, finite array of this shape.

    >>> kernel_matrix("arc-cosine-1", np.eye(2), np.eye(2), 2.0).round(6)
    array([[0.5     , 0.159155],
           [0.159155, 0.5     ]])
    """
    known = feature_map(kernel)
    name = f"the kernel {kernel_name(kernel)}"
    if known is not None:
        factor = np.sqrt(variance / left.shape[1])
        with np.errstate(all="ignore"):  # what overflows is refused below, in one line
            values = known.second_moment(Preactivations(factor * left, factor * right))
        return real_array(values, name, "scale the inputs down")
    remedy = "give a value for every pair of inputs"
    return variance * _answer(_function(kernel), (left, right), name, remedy)


def has_mean(kernel: Any) -> bool:
    """Whether the features behind a kernel have a mean: known ones, or a function that says so.

    A function of one's own does by an attribute `mean`: a function of inputs (n, N_x) whose values
    (n,) are the means of the features at sigma_0 = 1. Without it they count as features of mean 0.
    """
    known = feature_map(kernel)
    return known.mean is not None if known is not None else _own_mean(kernel) is not None


def _own_mean(kernel: Any) -> Callable[[Array], Any] | None:
    function: Any = None
    with suppress(DescriptionError):  # one that cannot be loaded is refused with the data
        function = _function(kernel)
    mean = getattr(function, "mean", None)
    return mean if callable(mean) else None


def kernel_mean(kernel: Any, inputs: Array, variance: float) -> Array:
    r"""The means of the features of a kernel that has them.

    .. math:: \mu(x) = \langle \phi(h(x)) \rangle

    Args:
        kernel: Of which `has_mean` holds.
        inputs: Shape (n, N_x).
        variance: sigma_0^2, as in `kernel_matrix`.

    Returns:
        mu, shape (n,).

    Raises:
        DataError: A function of one's own fails, or gives no real, finite array of this shape.

    >>> kernel_mean("arc-cosine-1", np.eye(2), 2.0).round(6)
    array([0.398942, 0.398942])
    """
    known, name = feature_map(kernel), f"the mean of the kernel {kernel_name(kernel)}"
    if known is not None:
        assert known.mean is not None
        with np.errstate(all="ignore"):
            values = known.mean(variance / inputs.shape[1] * (inputs**2).sum(axis=1))
        return real_array(values, name, "scale the inputs down")
    function = _own_mean(kernel)
    assert function is not None
    means = _answer(function, (inputs,), name, "give a value for every input")
    return np.asarray(np.sqrt(variance) * means)


def _function(kernel: Any) -> Kernel:
    if not isinstance(kernel, str):
        return kernel
    (point,) = list(entry_points(group=GROUP, name=kernel))[:1] or (None,)
    try:
        if point is None:
            raise LookupError("it is not installed")
        loaded = point.load()
        if not callable(loaded):
            raise TypeError("it is no function")
    except Exception as error:  # whatever importing another package raises
        reason = one_line(str(error) or type(error).__name__, 120)
        raise DescriptionError(
            f"kernel {kernel!r}: its entry point in {GROUP} cannot be loaded ({reason}); mend the "
            "package that names it"
        ) from None
    return loaded


def _answer(
    function: Callable[..., Any], inputs: tuple[Array, ...], name: str, remedy: str
) -> Array:
    """What a function of the user's gives: a value for every input, or pair of inputs."""
    try:
        with np.errstate(all="ignore"):
            given = function(*(each.copy() for each in inputs))
    except Exception as error:
        reason = one_line(str(error) or type(error).__name__, 120)
        raise DataError(f"{name} fails on the inputs ({reason}); mend the function") from None
    values = real_array(given, name, "mend the function, or scale the inputs down")
    expect_shape(values, name, tuple(map(len, inputs)), remedy)
    return values
