"""What the arguments of functions on expressions are.

SymPy carries no types, so that for mypy these are `Any`; they are for readers.
"""

from __future__ import annotations

import sympy

Node = sympy.Basic
"""Any node of an expression; rules are found by its exact type."""

Expression = sympy.Basic
"""A number or a matrix."""

Scalar = sympy.Expr
"""An expression that is a number."""

Matrix = sympy.MatrixExpr
"""An expression that is a matrix: SymPy's, or a node of ours."""

Size = sympy.Expr
"""A number of rows: a whole number, or a polynomial in numbers of heads."""
