"""What modules of networks carry: the runtime, and the names that it takes."""

from __future__ import annotations

from collections.abc import Iterable

from derive import identical, threads
from derive.programs.assemble import Module, runtime_source
from derive.programs.assemble import assemble as assembled
from derive.programs.runtime import basis, closed, linear, minima, minimise
from derive.theories.networks.module.runtime import (
    curvature,
    geodesic,
    mean,
    merged,
    paths,
    rays,
    rounding,
    signature,
    span,
    spectrum,
    verdict,
)

CALLED = (linear, paths)
"""Of these a module carries what its derived functions call."""
MERGED = (merged, identical, span)
RUNTIME = (
    *CALLED,
    *MERGED,
    threads,
    minimise,
    basis,
    closed,
    curvature,
    geodesic,
    signature,
    spectrum,
    rounding,
    verdict,
    rays,
    minima,
)
_PARAMETERS = (
    "attended",
    "attended_test",
    "labels",
    "overlaps",
    "problem",
    "product",
    "directions",
)


def assemble(parts: Iterable[str], title: str, *, has_mean: bool = False) -> Module:
    """A module of some functions, and of the runtime that they need.

    Args:
        parts: The text of the functions.
        title: The network's name.
        has_mean: Whether attended inputs are of features with a mean.
    """
    found = list(parts)
    text = "\n".join(found)
    found.append("# What the functions above are made of: linear algebra, and the minimiser.")
    replaced = {name for name in vars(mean) if has_mean} & {"tests_by_path"}
    for module in RUNTIME:
        found.append(runtime_source(module, text if module in CALLED else None, replaced))
    if has_mean:
        found.append(runtime_source(mean))
    return assembled(found, title)


def reserved_names() -> frozenset[str]:
    """Names that the module uses for functions and parameters."""
    names = set(_PARAMETERS)
    for module in RUNTIME:
        names |= {name for name in vars(module) if not name.startswith("_")}
    names |= {
        "kernel",
        "bottom",
        "action",
        "gradient",
        "predictor",
        "value",
        "mean",
        "means",
        "means_test",
        "variance",
        "solve",
    }
    return frozenset(names | {"np", "linalg", "log", "pi", "optimize", "sparse"})
