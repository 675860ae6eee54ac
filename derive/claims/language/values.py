"""The value of an expression that was read, with every way to fail as one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mpmath.libmp import NoConvergence

from derive.algebra import evaluate
from derive.algebra.balls import Balls
from derive.errors import ClaimError, NoRule
from derive.wording import one_line


class Singular(ClaimError):
    """No value, but there may be one close by: a singular matrix or a division by zero."""


def value(expression: Any, numbers: Mapping[Any, Any], digits: int | Balls | None) -> Any:
    """The value of an expression.

    Args:
        expression: From `parse`.
        numbers: A number or an array for every symbol.
        digits: Decimal digits; None for float64; or balls that are working.

    Raises:
        Singular: It has none: a division by zero, a singular matrix.
        ClaimError: The same: the logarithm of a number that is not positive, a root of a negative
            number, an overflow.
        ShapeError: Factors do not fit together.
        Unresolved: The precision of balls does not tell whether there is one.
    """
    try:
        number = evaluate(expression, numbers, digits)
    except NoRule as error:
        raise ClaimError(one_line(str(error))) from None
    except ZeroDivisionError:
        raise Singular("a division by zero or a singular matrix") from None
    except (ArithmeticError, NoConvergence, np.linalg.LinAlgError, MemoryError) as error:
        raise ClaimError(one_line(f"{type(error).__name__}: {error}")) from None
    except (ValueError, TypeError, IndexError) as error:
        raise ClaimError(one_line(f"it has no value ({error})")) from None
    if isinstance(digits, Balls):
        return number
    if any(getattr(entry, "imag", 0) for entry in np.ravel(number)):
        raise ClaimError("it has no real value: a root or a power of a negative number")
    return number
