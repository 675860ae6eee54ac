"""The letters of the scalar theory, as the papers write them."""

from __future__ import annotations

from typing import Any

import sympy

OVERLAP: Any = sympy.Symbol("u", positive=True)
"""u: the overlap of the lowest stream, the scale of the kernel."""
FLUX: Any = sympy.Symbol("r", real=True)
"""r = -u E'(u)."""
PRIOR: Any = sympy.Symbol("c", positive=True)
"""c: the product of the prior variances above the embedding, u at infinite width."""
SIGNAL: Any = sympy.Symbol("s", positive=True)
"""s = y^T K_1^{-1} y, with K_1 the kernel at u = 1."""
EXAMPLES: Any = sympy.Symbol("P", positive=True, integer=True)
WIDTH: Any = sympy.Symbol("N", positive=True, integer=True)
"""N: every width, where all are equal."""
LOAD: Any = sympy.Symbol("alpha", positive=True)
"""alpha = P/N."""
FACTOR: Any = sympy.Symbol("v", positive=True)
"""v = 1 + r/N, so that u = c v^n."""
RATIO: Any = sympy.Symbol("q", positive=True)
"""q = s/(c P): the scale of the labels over that of the prior."""
DEPTH: Any = sympy.Symbol("n", positive=True, integer=True)
"""n: the number of stages, hidden layers and readout."""
ASPECT: Any = sympy.Symbol("lambda", positive=True)
"""lambda = n/N: depth over width."""
STAGE: Any = sympy.Symbol("l", positive=True, integer=True)
"""The number of a stage, the lowest is 1."""
WIDTHS: Any = sympy.IndexedBase("width", positive=True)
VARIANCES: Any = sympy.IndexedBase("variance", positive=True)
"""N_l and sigma_l^2 of stage l, where the number of stages is a symbol.

The labels differ from the names of symbols, which a substitution would find in them.
"""

RESERVED = frozenset(
    symbol.name
    for symbol in (
        OVERLAP, FLUX, PRIOR, SIGNAL, EXAMPLES, WIDTH, LOAD, FACTOR, RATIO, ASPECT, STAGE,
    )
) | set("TESKGHRUWAIabdeikpyz")  # fmt: skip
"""Names that already mean something, so that no depth can have them."""


def equal_ratio() -> Any:
    """What q stands for."""
    return SIGNAL / (PRIOR * EXAMPLES)
