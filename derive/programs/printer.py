"""NumPy source for each node of a lowered expression: one rule a node, by exact type.

A column (shape (n, 1)) is a vector in the generated code, a row its transpose; everything else is
a matrix. Numbers are printed by SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol

import sympy
from sympy import Add, Identity, Inverse, MatAdd, MatMul, Mul, Pow, Trace, Transpose, ZeroMatrix
from sympy.printing.pycode import PythonCodePrinter

from derive.algebra import build, nodes
from derive.algebra.copies import Copies
from derive.algebra.rules import Table
from derive.errors import NoRule
from derive.programs import elementary
from derive.programs.elementary import function
from derive.programs.lower import Cholesky
from derive.programs.sizes import NO_NAMES, NamedSizes

_NUMBERS = PythonCodePrinter({"fully_qualified_modules": False, "order": "none"})
_SCALARS = (Add, Mul, Pow, sympy.log)
"""Scalar nodes that SymPy prints; powers are whole, or of a square root."""


class Emit(Protocol):
    """Gives the source of a node's part; knows which nodes have a name."""

    def __call__(self, node: Any) -> str:
        """Source of a node."""

    def is_named(self, node: Any) -> bool:
        """Whether a node is assigned to a name."""

    @property
    def arguments(self) -> Mapping[str, str]:
        """What symbols are called, by their names."""

    @property
    def sizes(self) -> NamedSizes:
        """The sizes that have a name."""


def is_column(node: Any) -> bool:
    """Whether a node is printed as a vector that stands upright."""
    return bool(node.shape[1] == 1 and node.shape[0] != 1)


def is_row(node: Any) -> bool:
    """Whether a node is printed as a vector that lies."""
    return bool(node.shape[0] == 1 and node.shape[1] != 1)


def number(expression: Any, emit: Emit) -> str:
    """Python for a scalar expression; inside, what has a rule of its own is emitted apart."""
    plain = _with_names(expression, emit)
    return str(_NUMBERS.doprint(_with_sizes(plain, emit.sizes) if plain.atoms(Copies) else plain))


def _with_names(node: Any, emit: Emit) -> Any:
    kind = type(node)
    if kind in PRINTERS:  # a trace, a determinant, a number that a theory brings
        text = emit(node)
        return sympy.Symbol(f"({text})" if " @ " in text else text)
    if not node.args and node.is_commutative:
        return node
    if kind is Pow and node.exp.is_Rational and node.exp.q == 2:
        return sympy.Symbol(f"np.sqrt({emit(node.base)})") ** node.exp.p
    if kind not in _SCALARS or (kind is Pow and not node.exp.is_Integer):
        raise NoRule(
            f"the NumPy printer has no rule for the number {kind.__name__}{node.args}; "
            "add one in derive/programs/printer.py"
        )
    parts = [_with_names(arg, emit) for arg in node.args]
    return node.func(*parts, evaluate=False) if kind in (Add, Mul) else node.func(*parts)


def _with_sizes(node: Any, sizes: NamedSizes) -> Any:
    """The number with sizes by their names, and heads in the place of copies."""
    kind = type(node)
    if kind is Copies:
        return sizes.shown(node)
    if kind is Add:
        node = sizes.gathered(node)
    if kind not in (Add, Mul):
        return node.func(*(_with_sizes(arg, sizes) for arg in node.args)) if node.args else node
    parts = [p for arg in node.args for p in kind.make_args(_with_sizes(arg, sizes))]
    return kind(*parts, evaluate=False)


def size(expression: Any, names: NamedSizes = NO_NAMES) -> str:
    """Python for a size; named ones by their names."""
    return _printed(names.shown(expression))


@lru_cache(maxsize=4096)
def _printed(expression: Any) -> str:
    return str(_NUMBERS.doprint(expression))


def _wrapped(text: str) -> str:
    """Parentheses around a sum or a quotient that is about to be multiplied."""
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and letter in "+-" and position > 0 and text[position - 1] == " ":
            return f"({text})"
    return f"({text})" if text.startswith("-") else text


def _matmul(node: Any, emit: Emit) -> str:
    if not node.args[0].is_Matrix:
        return _scaled(node.args[0], node.args[1], emit)
    left, right = node.args
    if type(left) is Inverse and not emit.is_named(left):
        return f"cholesky_solve({emit(left.args[0])}, {emit(right)})"
    if type(right) is Inverse and not emit.is_named(right):
        if is_row(left):
            return f"cholesky_solve({emit(right.args[0])}, {emit(left)})"
        return f"cholesky_solve({emit(right.args[0])}, {_transposed(left, emit)}).T"
    if is_column(left) and is_row(right):
        return f"np.outer({emit(left)}, {emit(right)})"
    return f"{_operand(left, emit)} @ {_operand(right, emit)}"


def _scaled(coefficient: Any, matrix: Any, emit: Emit) -> str:
    if coefficient == -1:
        return f"-{_wrapped(emit(matrix))}"
    sign = "-" if coefficient.could_extract_minus_sign() else ""
    factor = -coefficient if sign else coefficient
    text = emit(matrix)
    shown = f"({text})" if " @ " in text else _wrapped(text)
    return f"{sign}{_wrapped(number(factor, emit))} * {shown}"


def _operand(node: Any, emit: Emit) -> str:
    text = emit(node)
    plain = all(letter.isalnum() or letter in "_." for letter in text)
    call = text.endswith(")") and text.split("(")[0].replace(".", "").replace("_", "").isalnum()
    return text if plain or (call and " @ " not in text.split("(")[0]) else f"({text})"


SYMMETRIES = Table("is_symmetric", "derive/programs/printer.py", {})
"""Exact type of a node of a theory to whether it equals its transpose once it is lowered."""
DIAGONALS = Table("print_diagonal", "derive/programs/printer.py", {})
"""Exact type of a node of a theory to the source of its diagonal alone, or None."""


def is_symmetric(node: Any) -> bool:
    """Whether a lowered node is known to equal its transpose."""
    kind = type(node)
    if kind in (nodes.Overlap, Identity, Inverse):
        return True
    if kind in (nodes.Lift, nodes.PartialTrace, nodes.Block, nodes.Embed):
        return is_symmetric(node.args[0])
    if kind in SYMMETRIES:
        return bool(SYMMETRIES[kind](node))
    if kind is MatMul and not node.args[0].is_Matrix:
        return is_symmetric(node.args[1])
    return kind in (MatAdd, nodes.BlockDiagonal) and all(map(is_symmetric, node.args))


def _transposed(node: Any, emit: Emit) -> str:
    if is_column(node) or is_row(node) or is_symmetric(node):
        return emit(node)
    if type(node) is Transpose:
        return emit(node.args[0])
    text = emit(node)
    return f"{text}.T" if text.isidentifier() else f"({text}).T"


def _matadd(node: Any, emit: Emit) -> str:
    out = ""
    for arg in _positive_first(node.args):
        text = emit(arg)
        if not out:
            out = text
        elif text.startswith("-"):
            out += f" - {text[1:].lstrip()}"
        else:
            out += f" + {text}"
    return out


def _positive_first(args: Any) -> list[Any]:
    def negative(term: Any) -> bool:
        return bool(build.split(term)[0].could_extract_minus_sign())

    return sorted(args, key=negative)


def _trace(node: Any, emit: Emit) -> str:
    inner = node.args[0]
    if type(inner) is not MatMul or not inner.args[0].is_Matrix:
        return f"np.trace({emit(inner)})"
    if emit.is_named(inner):
        return f"np.trace({emit(inner)})"
    left, right = inner.args
    if is_row(left) or is_column(left):
        return f"{_operand(left, emit)} @ {_operand(right, emit)}"
    if Inverse in (type(left), type(right)) and not any(
        emit.is_named(n) for n in (left, right) if type(n) is Inverse
    ):
        return f"np.trace({_matmul(inner, emit)})"
    return f"np.sum({_operand(left, emit)} * {_transposed(right, emit)})"


def _diagonal(node: Any, emit: Emit) -> str:
    inner = node.args[0]
    alone = DIAGONALS[type(inner)](inner, emit) if type(inner) in DIAGONALS else None
    if alone is not None:
        return str(alone)
    if type(inner) is MatMul and inner.args[0].is_Matrix:
        left, right = inner.args
        if is_column(left) and is_row(right):
            return f"{_operand(left, emit)} * {_operand(right, emit)}"
        return f"np.sum({_operand(left, emit)} * {_transposed(right, emit)}, axis=1)"
    return f"np.diag({emit(inner)})"


def _argument(node: Any, emit: Emit) -> str:
    given = isinstance(node, nodes.Data) or node.is_Matrix
    return emit(node) if given else size(node, emit.sizes)


def call(name: str) -> Callable[[Any, Emit], str]:
    """A call of a function of the runtime: matrices as they are, sizes by their names."""

    def printed(node: Any, emit: Emit) -> str:
        shown = [_argument(arg, emit) for arg in node.args]
        return f"{name}({', '.join(shown)})"

    return printed


def _block(node: Any, emit: Emit) -> str:
    matrix, start, count = node.args
    first, last = (size(end, emit.sizes) for end in (start, sympy.expand(start + count)))
    span = f":{last}" if start == 0 else f"{first}:{last}"
    return f"{_operand(matrix, emit)}[{span}, {span}]"


def _inverse(node: Any, emit: Emit) -> str:
    return f"inverse({emit(node.args[0])})"


def _zeros(node: Any, emit: Emit) -> str:
    return f"np.zeros(({', '.join(size(arg, emit.sizes) for arg in node.args)}))"


def _named(node: Any, emit: Emit) -> str:
    return emit.arguments.get(node.name, str(node.name))


PRINTERS = Table("print", "derive/programs/printer.py", {
    sympy.MatrixSymbol: _named,
    nodes.Overlap: _named,
    Identity: lambda node, emit: f"np.eye({size(node.args[0], emit.sizes)})",
    ZeroMatrix: _zeros,
    MatMul: _matmul,
    MatAdd: _matadd,
    Transpose: lambda node, emit: _transposed(node.args[0], emit),
    Inverse: _inverse,
    Cholesky: call("cholesky"),
    Trace: _trace,
    nodes.LogDet: lambda node, emit: f"log_determinant({emit(node.args[0])})",
    nodes.Lift: call("lift"),
    nodes.PartialTrace: call("partial_trace"),
    nodes.Block: _block,
    nodes.Embed: call("embed"),
    nodes.Selection: call("selection"),
    nodes.BlockDiagonal: call("linalg.block_diag"),
    nodes.Diagonal: _diagonal,
    **elementary.RULES,
}, says="the NumPy printer has no rule for {node}; add one in {home}")  # fmt: skip
"""Exact node type to the rule that prints it."""


def source(node: Any, emit: Emit) -> str:
    """Source of one node; its parts come from `emit`.

    Raises:
        NoRule: The node has no rule.
    """
    if isinstance(node, nodes.Data):
        return _named(node, emit)
    scalar = isinstance(node, sympy.Expr) and not getattr(node, "is_Matrix", False)
    if scalar and type(node) not in PRINTERS:
        return number(node, emit)
    printed: str = PRINTERS.of(node)(node, emit)
    return printed


__all__ = ["PRINTERS", "Pow", "function", "is_column", "is_row", "number", "size", "source"]
