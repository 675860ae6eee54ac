"""The only constructors of matrix expressions: they check shapes and apply safe identities.

SymPy's operators on matrices run a deep simplification at every step, do not check symbolic
shapes, and cancel what must not be cancelled; here every product, sum and inverse is made without
them. No constructor distributes a product over a sum: `derive.algebra.normal` does.
"""

from derive.algebra.inverse import inv, is_symmetric, transpose
from derive.algebra.maps import (
    along,
    block,
    block_diagonal,
    deselect,
    diagonal,
    embed,
    fast_trace,
    gram,
    kronecker,
    partial_trace,
    pick,
    place,
    select,
    stack,
)
from derive.algebra.multiply import average, layer_sum, lift, mul, scale, subtract
from derive.algebra.terms import (
    ONE,
    Matrix,
    Scalar,
    add,
    columns,
    is_unit,
    is_zero,
    matrix_symbol,
    overlap,
    require_square,
    rows,
    same_size,
    scalar_symbol,
    split,
    terms,
)
from derive.algebra.traces import logdet, trace

__all__ = [
    "ONE",
    "Matrix",
    "Scalar",
    "add",
    "along",
    "average",
    "block",
    "block_diagonal",
    "columns",
    "deselect",
    "diagonal",
    "embed",
    "fast_trace",
    "gram",
    "inv",
    "is_symmetric",
    "is_unit",
    "is_zero",
    "kronecker",
    "layer_sum",
    "lift",
    "logdet",
    "matrix_symbol",
    "mul",
    "overlap",
    "partial_trace",
    "pick",
    "place",
    "require_square",
    "rows",
    "same_size",
    "scalar_symbol",
    "scale",
    "select",
    "split",
    "stack",
    "subtract",
    "terms",
    "trace",
    "transpose",
]  # fmt: skip
