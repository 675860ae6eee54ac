"""Whatever text is read ends in an expression or in one clear line: no traceback, no hang."""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sympy

from derive.algebra import build
from derive.claims.language import Scope, parse, to_text, value
from derive.claims.language.syntax import MOST_DIGITS
from derive.errors import ClaimError, NoRule, ShapeError

U, V = build.overlap("U", 2), build.matrix_symbol("V", 2, 3)
X, N = sympy.Symbol("x", positive=True), sympy.Symbol("N", positive=True, integer=True)
SCOPE = Scope(
    names={"U": U, "V": V, "x": X, "N": N, "u_1": build.overlap("u_1", 1)},
    families={"N": {1: N, 2: X}, "W": {1: U, 2: U}},
    functions={"K": lambda matrix: build.mul(matrix, matrix)},
)
NUMBERS = {
    U: [[2, 1], [1, 3]], V: [[1, 2, 0], [0, 1, 5]], X: "1.5", N: 4,
    SCOPE.names["u_1"]: [[2]],
}  # fmt: skip
ATOMS = [
    "U",
    "V",
    "x",
    "N",
    "u_1",
    "2",
    "0.5",
    "1e-3",
    "N[1]",
    "W[2]",
    "eye(2)",
    "ones(2, 3)",
    "pi",
]
CALLS = ["log", "exp", "sqrt", "tr", "logdet", "det", "inv", "transpose", "K"]
HOSTILE = [
    "__import__('os').system('true')", "lambda: 0", "f'{x}'", "(x := 3)", "K(*U)", "K(U=U)",
    "[x for x in U]", "{x: U}", "9**9**9**9", "((x**64)**64)**64", "((9**64)**64)**64",
    "10**10**10", "1" * 5000, "1e999999", "exp(exp(exp(100)))", "exp(exp(exp(x)))", "log(0)",
    "1/0", "x/(x-x)", "0**-1", "(" * 300 + "x" + ")" * 300, "-" * 9000 + "x", "~x", "not x",
    "x\0", "x\ud800", "x;x", "x\n\nU", "#", "x.__class__.__mro__", "U.T.T.T", "U.I", "U[0]",
    "sum(x, l, 1, 10**9)", "sum(sum(x, l, 1, 99), k, 1, 99)", "sum(x, x, 1, 2)", "eye(10**9)",
    "eye(-1)", "eye(0.5)", "ones(x, x)", "block(U, 5, 9)", "ptrace(U, 3)", "kron(U, V)*V",
    "(x+N)**64", "(x+N+1+x**2+x**3)**9*U", "x if x else x", "x < N", "x and N", "...", "None",
    "True", "1j", "0x10", "1_000", "yield x", "await x", "*U", "x,", "()", "", "   ", "x = N",
    "+".join(["x"] * 3000), "*".join(["(x+N)"] * 40), "*".join(["(U+U.T*x)"] * 30), "٣", "ⅷ",
    "log(log(log(x-1)))", "sqrt(-x)", "inv(U-U)", "logdet(-U)", "inv(V)", "U*V*U", "det(U)**400",
    "x**1e100", "x**(10**100)", "(-8)**(1/3)", "exp(10**7)", "exp(-10**100)", "tr(1e100*U)**90",
    "exp(10*exp(exp(exp(100)))*7)", "2**exp(exp(100))", "9**9**9**N[1]",
]  # fmt: skip
LETTERS = "xUVN0123456789+-*/@()[]{},.:=<>!~^&|%#'\"\\ \n\t_é∑\u202e\x00"


def valid(generator, depth):
    """An expression of the grammar; its shapes need not fit."""
    if depth == 0 or generator.random() < 0.2:
        return generator.choice(ATOMS)
    kind = generator.randrange(6)
    one = valid(generator, depth - 1)
    if kind == 0:
        return f"{generator.choice(CALLS)}({one})"
    if kind == 1:
        return f"({one})**{generator.choice(['2', '-1', 'x', '0.5', '(1/3)', '40'])}"
    if kind == 2:
        return f"({one}).T"
    if kind == 3:
        return f"sum({one}*N[l], l, 1, 2)"
    other = valid(generator, depth - 1)
    return f"({one}){generator.choice(['+', '-', '*', '/', '@'])}({other})"


def mutated(generator, text):
    """The text with a few characters or pieces lost, doubled or replaced."""
    for _ in range(generator.randrange(1, 6)):
        place = generator.randrange(len(text) + 1)
        length = generator.randrange(4)
        piece = generator.choice([
            "", generator.choice(LETTERS), text[place : place + 9],
            generator.choice(HOSTILE)[:40], generator.choice(ATOMS),
            chr(generator.randrange(0x2FFF)),
        ])  # fmt: skip
        text = text[:place] + piece + text[place + length :]
    return text[:30_000]


def texts(seed, count):
    generator = random.Random(seed)
    yield from HOSTILE
    for number in range(count - len(HOSTILE)):
        kind = number % 4
        if kind == 0:
            yield valid(generator, generator.randrange(1, 5))
        elif kind == 1:
            yield mutated(generator, valid(generator, 3))
        elif kind == 2:
            yield mutated(generator, generator.choice(HOSTILE))
        else:
            size = generator.randrange(1, 60)
            yield "".join(generator.choice(LETTERS) for _ in range(size))


def read(text):
    """Whether it was an expression; everything but ClaimError is a failure."""
    started = time.perf_counter()
    try:
        found = parse(text, SCOPE, "lines[1].expression")
    except ClaimError as error:
        message = str(error)
        assert message.startswith("lines[1].expression: ") and "\n" not in message, text
        assert len(message) < 2000, text
        return False
    finally:
        assert time.perf_counter() - started < 2.0, text[:200]
    try:
        value(found, NUMBERS, 15)
    except (ClaimError, ShapeError) as error:
        assert "\n" not in str(error), text
    assert time.perf_counter() - started < 4.0, text[:200]
    return True


def run(seed, count):
    return sum(read(text) for text in texts(seed, count))


def test_two_thousand_texts_are_read_or_refused():
    assert run(0, 2_000) > 100


@pytest.mark.slow
def test_a_hundred_thousand_texts_are_read_or_refused():
    assert run(1, 100_000) > 5_000


def test_what_is_printed_is_read_back():
    generator, seen = random.Random(2), 0
    for _ in range(600):
        try:
            found = parse(valid(generator, 3), SCOPE, "text")
            text = to_text(found)
        except (ClaimError, NoRule):
            continue
        if max(map(len, re.findall(r"\d+", text)), default=0) > MOST_DIGITS:
            continue  # an exact number may grow longer than one that may be written
        again = parse(text, SCOPE, text)
        try:
            ours, theirs = value(found, NUMBERS, 20), value(again, NUMBERS, 20)
        except (ClaimError, ShapeError):
            continue
        gap = abs(ours - theirs) if not getattr(ours, "shape", ()) else abs(ours - theirs).max()
        scale = abs(ours) if not getattr(ours, "shape", ()) else abs(ours).max()
        assert gap <= 1e-15 * max(scale, 1), text
        seen += 1
    assert seen > 100


WATCHED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
import test_language_fuzz as fuzz

def parsed(text):
    try:
        fuzz.parse(text, fuzz.SCOPE, "text")
        return True
    except fuzz.ClaimError:
        return False

# Warm-up: SymPy imports some of its modules when it first meets a function or a relation.
for text in fuzz.texts(3, 1_000):
    parsed(text)
everything, seen, watching = list(fuzz.texts(int(sys.argv[1]), int(sys.argv[2]))), [], False
FORBIDDEN = (
    "open", "import", "exec", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "sys.",
)

def hook(event, args):
    if watching and event.startswith(FORBIDDEN):
        seen.append((event, repr(args)[:200], text[:200]))

sys.addaudithook(hook)
count = 0
for text in everything:
    watching = True
    found = parsed(text)
    watching = False
    count += found
watching = True
if sys.argv[3:]:
    open(sys.argv[3]).close()
watching = False
print(count, len(everything), seen[:5])
"""


def watched(seed, count, *opened):
    """What a subprocess of at most 2 GB did while it read: expressions, texts, events."""
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, str(seed), str(count), *opened],
        cwd=Path(__file__).parent,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    expressions, texts_read, events = run.stdout.split(maxsplit=2)
    return int(expressions), int(texts_read), events.strip()


def test_reading_opens_imports_and_starts_nothing():
    expressions, texts_read, events = watched(4, 1_000)
    assert (expressions > 100, texts_read, events) == (True, 1_000, "[]")


def test_the_watch_sees_a_file_that_is_opened():
    assert "'open'" in watched(4, 100, os.devnull)[2]


@pytest.mark.slow
def test_reading_a_hundred_thousand_texts_has_no_side_effect():
    assert watched(5, 100_000)[1:] == (100_000, "[]")
