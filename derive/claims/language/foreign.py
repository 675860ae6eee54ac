"""Words and signs of other languages and of papers, and what is written for them here."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

from derive.wording import choices

WORDS = {
    "trace": "tr",
    "ln": "log",
    "inverse": "inv",
    "determinant": "det",
    "kronecker": "kron",
    "identity": "eye",
    "slogdet": "logdet",
    "abs": "sqrt(x**2)",
    "norm": "sqrt(v.T*v)",
    "log10": "log(x)/log(10)",
    "log2": "log(x)/log(2)",
    "pinv": "inv(A.T*A)*A.T",
    "partialtrace": "ptrace",
}
"""A function's name elsewhere, in small letters without underscores, to the one here."""
NAMES = {
    "C": 'define it in [symbols], C = "K(U_1) + temperature*eye(P)"',
    "T": "write temperature",
    "I": "write eye(n), with its size",
    "S": 'it is the action, which about = "action" compares with',
    "alpha": 'define it in [symbols], alpha = "P/N_1"',
    "sigma": "write s_1, ..., which are variances, not their roots",
    "e": "write exp(1)",
    "beta": 'define it in [symbols], beta = "1/temperature"',
}
"""A letter of papers to what is written for it."""
SIGNS = {
    "'": ".T for a transpose",
    "\u1d40": ".T for a transpose",
    "\u22a4": ".T for a transpose",
    "\u2020": ".T for a transpose",
    "\u00b7": "* for a product",
    "\u22c5": "* for a product",
    "\u00d7": "* for a product",
    "\u2297": "kron(A, B)",
    "\u2212": "- for a minus",
    "\u00b2": "**2 for a square",
    "\u00b3": "**3 for a cube",
    "\u221a": "sqrt(x)",
    "\\": "the words of docs/claims.md; this is no LaTeX",
    "?": "a declared name",
}
"""A sign to what is written for it."""
RESERVED = re.compile(rf"\b({'|'.join(keyword.kwlist)})\b")


def another(word: str) -> str:
    """A name like a reserved word.

    >>> another("lambda"), another("if")
    ('lam', 'if_1')
    """
    return word[:3] if len(word) > 3 else f"{word}_1"


def instead_of_function(word: str, valid: Iterable[str]) -> str:
    """The end of a message about an unknown function.

    >>> instead_of_function("Trace", ("tr", "log"))
    '; write tr. Valid: tr, log'
    """
    valid = tuple(valid)
    small = word.lower().replace("_", "")
    function = WORDS.get(small) or next((name for name in valid if name.lower() == small), "")
    return f"; write {function}. Valid: {', '.join(valid)}" if function else choices(word, valid)


def instead_of_name(word: str, names: Iterable[str], functions: Iterable[str]) -> str:
    """The end of a message about an unknown name; what is listed is all that there is."""
    names, functions = tuple(names), tuple(functions)
    listed = f"functions: {', '.join(functions)}"
    if word in NAMES:
        told = NAMES[word] if "U_1" in names else NAMES[word].replace("K(U_1)", "K(G_bottom)")
        return f"; {told}. Valid: {', '.join(names)}; {listed}"
    return f"{choices(word, names)}; {listed}"
