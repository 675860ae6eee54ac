"""Parameters whose names a module's functions bind to something else."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from derive.errors import DescriptionError

ARGUMENTS = {"order", "parameters", "refine", "full", "start", "random", "seed", "float"}
"""Arguments of functions, and a word of Python that they call."""
GIVEN = ("parameters", "given")
"""Arguments from which functions take the parameters."""


def refuse_collisions(names: Iterable[str], text: str) -> None:
    """Raise DescriptionError at a parameter that a module would take for something else.

    A function that binds z to its nodes would silently put them in a parameter's place.
    """
    parameters = set(names)
    try:
        bound = _bound(ast.parse(text))
        compile(text, "module", "exec", dont_inherit=True)
    except SyntaxError as error:  # two arguments of one name
        bound = {name for name in parameters if f"'{name}'" in str(error)} or parameters
    for name in sorted(parameters & (bound | ARGUMENTS)):
        raise DescriptionError(
            f"parameters.{name}: the equations' functions use {name} for something else; "
            f"write {name}_0, or another name"
        )


def _bound(tree: ast.AST) -> set[str]:
    """Names that are set, called, imported, or arguments of a function inside another."""
    unpacked = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Name)
        and node.value.id in GIVEN
        for part in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found |= {node.id} - ({node.id} if id(node) in unpacked else set())
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(node.value.id)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
            inner = (n for n in ast.walk(node) if isinstance(n, ast.FunctionDef) and n is not node)
            found |= {a.arg for n in inner for a in n.args.args}
    return found
