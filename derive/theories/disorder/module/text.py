"""Expressions as NumPy source."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.precedence import precedence

from derive.theories.disorder.nodes.functions import LogSumExp


class Printer(NumPyPrinter):
    """NumPy with the runtime's functions; nothing in it overflows that does not have to."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": False})

    def called(self, name: str, *args: Any) -> str:
        """A call."""
        return f"{name}({', '.join(map(self._print, args))})"

    def _folded(self, name: str, args: Sequence[str]) -> str:
        return reduce(lambda text, arg: f"{name}({text}, {arg})", args)

    def _print_Tail(self, node: Any) -> str:
        return self.called("special.ndtr", -node.args[0])

    def _print_LogTail(self, node: Any) -> str:
        return self.called("log_tail", *node.args)

    def _print_HazardExcess(self, node: Any) -> str:
        return self.called("hazard_excess", *node.args)

    def _print_IntervalHazard(self, node: Any) -> str:
        return self.called("interval_hazard", *node.args)

    def _print_LogSignedSum(self, node: Any) -> str:
        return self.called("log_signed_sum", *node.args)

    def _print_ExponentialRatio(self, node: Any) -> str:
        return self.called("exponential_ratio", *node.args)

    def _print_Hazard(self, node: Any) -> str:
        return self.called("hazard", *node.args)

    def _print_LogInterval(self, node: Any) -> str:
        return self.called("log_tail_difference", *node.args)

    def _print_LogSumExp(self, node: Any) -> str:
        half = node.half_difference
        if half is not None:
            return self.called("log_two_cosh", half)
        return self._folded("np.logaddexp", [self._print(arg) for arg in node.args])

    def _print_log(self, node: Any) -> str:
        terms = sympy.Add.make_args(node.args[0])
        if len(terms) > 1 and all(_is_exponential(term) for term in terms):
            return self._print_LogSumExp(LogSumExp(*map(_exponent, terms)))
        if type(node.args[0]) is sympy.cosh:
            return f"(log_two_cosh({self._print(node.args[0].args[0])}) - np.log(2))"
        return self.called("np.log", *node.args)

    def _print_Heaviside(self, node: Any) -> str:
        return f"np.heaviside({self._print(node.args[0])}, 0.5)"

    def _print_erf(self, node: Any) -> str:
        return self.called("special.erf", *node.args)

    def _print_Max(self, node: Any) -> str:
        return self._folded("np.maximum", [self._print(arg) for arg in node.args])

    def _print_Min(self, node: Any) -> str:
        return self._folded("np.minimum", [self._print(arg) for arg in node.args])

    def _print_Function(self, node: Any) -> str:
        return self.called(f"np.{type(node).__name__.lower()}", *node.args)

    _print_exp = _print_tanh = _print_cosh = _print_sinh = _print_sign = _print_Function
    _print_Abs = _print_Function  # noqa: N815

    def _print_Pow(self, node: Any, rational: bool = False) -> str:
        if node.exp == sympy.Rational(1, 2):
            return self.called("np.sqrt", node.base)
        if node.exp == -sympy.Rational(1, 2):
            return f"1/np.sqrt({self._print(node.base)})"
        base = self.parenthesize(node.base, precedence(node))
        return f"{base}**{self.parenthesize(node.exp, precedence(node))}"

    def _print_Infinity(self, node: Any) -> str:
        return "np.inf"

    def _print_NegativeInfinity(self, node: Any) -> str:
        return "-np.inf"

    def _print_Pi(self, node: Any) -> str:
        return "np.pi"


def _is_exponential(term: Any) -> bool:
    number, rest = term.as_coeff_Mul()
    return bool(number > 0 and (rest == 1 or type(rest) is sympy.exp))


def _exponent(term: Any) -> Any:
    number, rest = term.as_coeff_Mul()
    return sympy.log(number) + (rest.args[0] if type(rest) is sympy.exp else 0)


PRINTER = Printer()


LONGEST_WHOLE = 2**53
"""Of a fraction's parts; longer ones have no float."""


def code(expression: Any) -> str:
    """Source of a number.

    >>> x = sympy.Symbol("x", real=True)
    >>> code(sympy.log(1 + sympy.exp(-x)) / sympy.sqrt(x))
    'np.logaddexp(0, -x)/np.sqrt(x)'
    """
    expression = sympy.sympify(expression)
    if any(not power.exp.is_number for power in expression.atoms(sympy.Pow)):
        expression = sympy.powsimp(expression)  # q**p/q is none at q = 0
    long = [r for r in expression.atoms(sympy.Rational) if max(abs(r.p), r.q) > LONGEST_WHOLE]
    return str(PRINTER.doprint(expression.xreplace({r: sympy.Float(r, 17) for r in long})))


def assignments(
    results: Sequence[tuple[str, Any]], letter: str = "c"
) -> tuple[list[tuple[str, str]], list[str]]:
    """What is used twice by a name, and then the code of the results."""
    free = {s.name for _, e in results for s in e.free_symbols} | {name for name, _ in results}
    names = (f"{letter}{k}" for k in range(10**6))
    fresh = (sympy.Symbol(name, real=True) for name in names if name not in free)
    shared, values = sympy.cse([e for _, e in results], symbols=fresh, order="none")
    return [(str(name), code(value)) for name, value in shared], [code(v) for v in values]
