"""The NumPy source of a number with everything printed where it stands, and what it is worth."""

import numpy as np

from derive.programs import printer
from derive.programs.sizes import NO_NAMES
from derive.theories.disorder.module.runtime import special

NAMES = vars(special) | {"log": np.log, "pi": np.pi}
"""The names that a module has."""


class Source:
    """Prints every node where it stands."""

    arguments: dict = {}  # noqa: RUF012
    sizes = NO_NAMES

    def is_named(self, node):
        return False

    def __call__(self, node):
        return printer.source(node, self)


def computed(expression, values):
    """The value by its NumPy source; values are numbers or arrays by symbol."""
    given = {symbol.name: np.asarray(value, dtype=float) for symbol, value in values.items()}
    return eval(Source()(expression), {**NAMES, **given})
