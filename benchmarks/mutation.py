"""Which of the program's own mistakes the tests would notice: a mutation score, room by room.

Run with ``python benchmarks/mutation.py [--rooms rules nodes] [--mutants 20] [--seed 0]``. A copy
of the tree gets one mistake at a time (a sign, an operator, a number off by one, swapped or lost
arguments, a condition turned round), and the tests of the room run until the first that fails.
The sample is drawn from the program alone: another suite (``--tests-of TREE``) meets the same
mistakes. Some change nothing that could be noticed, so a score is there to be compared.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NETWORKS = "derive/theories/networks/derivation"
ROOMS = {
    "rules": (
        [f"{NETWORKS}/rules/*.py", f"{NETWORKS}/rules/*/rewrite.py"],
        ["tests/rules", "tests/mutation/test_*rules.py"],
    ),
    "nodes": (
        ["derive/algebra/nodes.py", "derive/algebra/build.py", "derive/algebra/differentiate.py"],
        ["tests/unit/test_algebra_*.py", "tests/properties/test_a*.py", "tests/rules"],
    ),
    "runtime": (
        ["derive/programs/runtime/*.py"],
        ["tests/unit/test_runtime_*.py", "tests/unit/test_solver_*.py", "tests/standalone"],
    ),
    "averages": (
        ["derive/theories/disorder/module/runtime"],
        ["tests/unit/disorder/test_runtime_*.py"],
    ),
    "closed": (
        [
            "derive/theories/disorder/closed",
            *(
                f"derive/theories/disorder/nodes/{name}.py"
                for name in ("functions", "sums", "rules")
            ),
        ],
        ["tests/unit/disorder/test_functions.py", "tests/unit/disorder/test_closed_forms.py"],
    ),
    "certificates": (
        [f"{NETWORKS}/rules/*/certificate.py", f"{NETWORKS}/certifying/*.py"],
        ["tests/rules/test_cert*.py", "tests/mutation/test_[dfh]*.py"],
    ),
}
"""Of each room: the files that are broken, and the tests that should notice."""
OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One expression of a file, as it is and as the mistake has it; columns count bytes."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    new: str

    def applied(self, text: bytes) -> bytes:
        """The file's text with the mistake."""
        lines = text.splitlines(keepends=True)
        before = b"".join(lines[: self.line - 1]) + lines[self.line - 1][: self.column]
        after = lines[self.end_line - 1][self.end_column :] + b"".join(lines[self.end_line :])
        return before + self.new.encode() + after


def changed(node: ast.expr, **fields: object) -> ast.expr:
    found = copy.copy(node)
    for name, value in fields.items():
        setattr(found, name, value)
    return found


def mistakes(node: ast.AST) -> Iterator[ast.expr]:
    """An expression with each mistake that its kind allows."""
    match node:
        case ast.BinOp(left, op, right):
            if type(op) in OTHER:
                yield changed(node, op=OTHER[type(op)]())
            if isinstance(op, ast.Mult | ast.MatMult | ast.Add | ast.Sub | ast.Div | ast.Pow):
                yield left
            if isinstance(op, ast.MatMult | ast.Sub | ast.Div | ast.Pow):
                yield changed(node, left=right, right=left)
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            yield operand
        case ast.Compare(ops=[op]):
            yield changed(node, ops=[OTHER[type(op)]()])
        case ast.BoolOp(op):
            yield changed(node, op=OTHER[type(op)]())
        case ast.IfExp(_, body, other):
            yield changed(node, body=other, orelse=body)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Call(args=[first, second, *rest]) if not isinstance(second, ast.Starred):
            yield changed(node, args=[second, first, *rest])
            if isinstance(node.func, ast.Attribute):  # a factor, or a term, of build.mul or add
                yield changed(node, args=[first, *rest])


def expressions(tree: ast.AST) -> Iterator[ast.expr]:
    """What is computed: annotations, decorators, formatted text and what is raised are not."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "exc", "msg"):
            continue
        if isinstance(tree, ast.keyword) and tree.arg == "strict":  # of zip, for our own mistakes
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                if isinstance(child, ast.expr):
                    yield child
                yield from expressions(child)


def mutants(files: list[str]) -> list[Mutant]:
    """All mistakes of a room's files, in the order of their text."""
    found = []
    for pattern in files:
        paths = sorted(ROOT.glob(pattern))
        if not paths:
            raise SystemExit(f"{pattern}: there is no such file")
        for path in paths:
            for node in expressions(ast.parse(path.read_bytes())):
                place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
                for new in mistakes(node):
                    text = f"({ast.unparse(new)})"
                    found.append(Mutant(str(path.relative_to(ROOT)), *place, text))
    return found


def survives(tree: Path, tests: list[str], limit: float) -> bool:
    """Whether all tests pass; what runs without end is noticed."""
    paths = [str(p.relative_to(tree)) for t in tests for p in sorted(tree.glob(t))]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "--tb=no", *paths]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


def measure(room: str, tree: Path, count: int, seed: int, limit: float) -> None:
    """Print what became of every mutant of a room's sample, and the score."""
    files, tests = ROOMS[room]
    everything = mutants(files)
    sample = random.Random(seed).sample(everything, min(count, len(everything)))
    start, killed = time.monotonic(), 0
    if not survives(tree, tests, limit):
        raise SystemExit(f"{room}: the tests fail, or take over {limit:.0f} s, without a mistake")
    print(f"{room}: {time.monotonic() - start:.0f} s without a mistake", flush=True)
    for mutant in sample:
        path = tree / mutant.path
        text = path.read_bytes()
        path.write_bytes(mutant.applied(text))
        alive = survives(tree, tests, limit)
        path.write_bytes(text)
        killed += not alive
        verdict = "SURVIVES" if alive else "killed"
        print(f"  {verdict:8} {mutant.path}:{mutant.line} {mutant.new}", flush=True)
    spent = time.monotonic() - start
    print(f"{room}: {killed} of {len(sample)} killed ({len(everything)} possible), {spent:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=list(ROOMS))
    parser.add_argument("--mutants", type=int, default=10, help="mutants of each room")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=600, help="seconds for a mutant's tests")
    parser.add_argument("--tests-of", type=Path, default=ROOT, help="the tree with the tests")
    given = parser.parse_args()
    ignored = shutil.ignore_patterns("__pycache__", ".git", ".venv*")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=ignored)
        shutil.rmtree(tree / "tests")
        shutil.copytree(given.tests_of / "tests", tree / "tests", ignore=ignored)
        for room in given.rooms:
            measure(room, tree, given.mutants, given.seed, given.limit)


if __name__ == "__main__":
    main()
