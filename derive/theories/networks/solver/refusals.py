"""What a solver refuses, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from derive.errors import DescriptionError, SolveError
from derive.theories.networks.description import Network
from derive.wording import shown


def with_depths(network: Network, depths: Mapping[str, int]) -> Network:
    """The network with its depths in numbers.

    Raises:
        DescriptionError: One is missing, or is no depth of the network.
    """
    known = ", ".join(map(shown, network.depths())) or "none"
    for name in (*depths, *network.depths()):
        if name not in network.depths() or name not in depths:
            raise DescriptionError(f"depths: {shown(name)}; give a number for each of {known}")
    return network.with_values(depths)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what a generated module raises into a SolveError that says what would help.

    Raises:
        SolveError: In the place of a ValueError, an overflow or a failure of linear algebra.
    """
    try:
        with np.errstate(all="ignore"):  # what overflows is refused below, in one line
            yield
    except (np.linalg.LinAlgError, OverflowError):  # neither says why
        raise SolveError(
            "the labels' covariance or the overlaps lost positive definiteness to rounding or "
            "overflow; scale inputs and labels to order one, or raise the temperature"
        ) from None
    except ValueError as error:
        raise SolveError(str(error)) from None
