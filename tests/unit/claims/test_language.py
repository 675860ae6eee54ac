"""The language of claims: what is read, against numpy; what is refused, and how."""

import numpy as np
import pytest
import sympy

from derive.algebra import build, equal
from derive.claims.language import Scope, parse, parse_declaration, to_text, value
from derive.errors import ClaimError

WHERE = "lines[2].expression"
GENERATOR = np.random.default_rng(7)
A, B, C = (GENERATOR.normal(size=shape) for shape in ((2, 3), (3, 3), (6, 6)))
ROOT = GENERATOR.normal(size=(3, 5))
U = ROOT @ ROOT.T / 5
x, n = 1.7, 3

SYMBOLS = {
    "A": build.matrix_symbol("A", 2, 3),
    "B": build.matrix_symbol("B", 3, 3),
    "C": build.matrix_symbol("C", 6, 6),
    "U": build.overlap("U", 3),
    "u": build.overlap("u", 1),
    "x": sympy.Symbol("x", positive=True),
    "n": sympy.Symbol("n", positive=True, integer=True),
}
WIDTHS = {k: sympy.Symbol(f"N_{k}", positive=True, integer=True) for k in (1, 2, 3)}
SCOPE = Scope(
    names=SYMBOLS,
    families={"N": WIDTHS},
    functions={"K": lambda matrix: build.mul(build.transpose(matrix), matrix)},
)
NUMBERS = {
    **{SYMBOLS[name]: v for name, v in {"A": A, "B": B, "C": C, "U": U, "x": x, "n": n}.items()},
    SYMBOLS["u"]: np.array([[0.6]]),
    **{WIDTHS[k]: v for k, v in {1: 4, 2: 7, 3: 11}.items()},
}


def traced(matrix, slow):
    """The trace over the slow, or over the fast factor of 2 x 3."""
    split = matrix.reshape((2, 3, 2, 3))
    return np.einsum("iaib->ab", split) if slow else np.einsum("iaja->ij", split)


CONSTRUCTS = [
    ("3", 3.0),
    (".5 + 5.", 5.5),
    ("1e-3*x", 1.7e-3),
    ("2.5E+2", 250.0),
    ("pi*x", np.pi * x),
    ("x + n - 2", x + n - 2),
    ("x - (n - 2)", x - (n - 2)),
    ("x/n/2*3", x / n / 2 * 3),
    ("x/(n*2)", x / (n * 2)),
    ("-x**2", -(x**2)),
    ("(-x)**2", x**2),
    ("2**-x", 2**-x),
    ("x**n**2", x ** (n**2)),
    ("+x - -x", 2 * x),
    ("x +\n  n", x + n),
    ("log(x)*exp(-x)/sqrt(n)", np.log(x) * np.exp(-x) / np.sqrt(n)),
    ("A*B", A @ B),
    ("A @ B", A @ B),
    ("x*A - A/n", x * A - A / n),
    ("A.T", A.T),
    ("transpose(A*B)", (A @ B).T),
    ("(A*B).T + B.T*A.T", 2 * (A @ B).T),
    ("inv(B)", np.linalg.inv(B)),
    ("B**-1", np.linalg.inv(B)),
    ("B**3", B @ B @ B),
    ("A*inv(U)*A.T", A @ np.linalg.inv(U) @ A.T),
    ("tr(B*U)", np.trace(B @ U)),
    ("tr(B)*A", np.trace(B) * A),
    ("logdet(U + x*eye(3))", np.linalg.slogdet(U + x * np.eye(3))[1]),
    ("det(U)", np.linalg.det(U)),
    ("det(2*U)/x", 8 * np.linalg.det(U) / x),
    ("eye(n)*ones(n, 2)", np.ones((3, 2))),
    ("eye(3)*B", B),
    ("ones(2, 3) + A", 1 + A),
    ("ones(1, 2)*A*ones(3, 1) + x", A.sum() + x),
    ("kron(A, B)", np.kron(A, B)),
    ("kron(B, A)", np.kron(B, A)),
    ("kron(eye(2), U)", np.kron(np.eye(2), U)),
    ("ptrace(C, 2)", traced(C, slow=True)),
    ("ptrace_fast(C, 3)", traced(C, slow=False)),
    ("block(C, 1, 3)", C[1:4, 1:4]),
    ("block(C, 0, 2)", C[:2, :2]),
    ("N[2] - N[1 + 2]", -4.0),
    ("sum(N[l]*x**l, l, 1, 3)", 4 * x + 7 * x**2 + 11 * x**3),
    ("sum(l*A, l, 1, 3)", 6 * A),
    ("sum(sum(k*l, k, 1, l), l, 1, 3)", 25.0),
    ("sum(x, l, 2, 1)", 0.0),
    ("K(A)", A.T @ A),
    ("u*x + log(u)", 0.6 * x + np.log(0.6)),
    ("u*A", 0.6 * A),
    ("A/u", A / 0.6),
]


@pytest.mark.parametrize(("text", "expected"), CONSTRUCTS)
def test_each_construct_has_the_value_of_numpy(text, expected):
    found = value(parse(text, SCOPE), NUMBERS, None)
    found = np.asarray(found, dtype=float)
    assert found.size == np.size(expected)
    np.testing.assert_allclose(found.reshape(np.shape(expected)), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("text", [text for text, _ in CONSTRUCTS])
def test_what_is_printed_is_read_as_the_same(text):
    first = parse(text, SCOPE)
    names = dict(SYMBOLS) | {symbol.name: symbol for symbol in WIDTHS.values()}
    again = parse(to_text(first), Scope(names=names), "printed")
    if first != again:
        assert equal(first, again) is True
    ours, theirs = (np.asarray(value(e, NUMBERS, None), dtype=float) for e in (first, again))
    np.testing.assert_allclose(theirs, ours, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("0.1 + 0.2", "3/10"),
        ("1e-30", "1/1000000000000000000000000000000"),
        ("0.333333333333333333333333333333", "333333333333333333333333333333/" + "1" + "0" * 30),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1/3", "1/3"),
        ("2**-3", "1/8"),
        ("1.50E2", "150"),
    ],
)
def test_decimals_are_exact(text, exact):
    assert parse(text, Scope()) == sympy.Rational(exact)


REFUSALS = [
    # text, place, pieces of offence and remedy
    ("x + y_", "column 5", ["unknown name", "valid:"]),
    ("x + lg(x)", "column 5", ["unknown function 'lg'", "log"]),
    ("logdt(U)", "column 1", ["did you mean 'logdet'"]),
    ("x + log", "column 5", ["log is a function", "log(...)"]),
    ("log(x, n)", "column 1", ["log takes 1 argument, not 2"]),
    ("kron(A)", "column 1", ["kron takes 2 arguments, not 1"]),
    ("K(A, A)", "column 1", ["K takes 1 argument, not 2"]),
    ("x + B", "column 1", ["'B' has the shape (3, 3)", "a number", "eye(3)"]),
    ("A + B", "column 1", ["(2, 3)", "(3, 3)", "make them equal"]),
    ("B*A", "column 1", ["3 columns meet 2 rows", "transpose"]),
    ("x/B", "column 1", ["does not divide", "inv(B)"]),
    ("A/(U + U)", "column 1", ["does not divide", "inv("]),
    ("B**0.5", "column 1", ["powers -1 and 1 to 8", "inv(A)"]),
    ("B**9", "column 1", ["powers -1 and 1 to 8"]),
    ("x + log(B)", "column 5", ["a number is due", "(3, 3)"]),
    ("tr(A)", "column 1", ["a square matrix is due", "(2, 3)"]),
    ("inv(A)", "column 1", ["a square matrix is due"]),
    ("ptrace(C, 4)", "column 1", ["ptrace(C, 4)"]),
    ("block(C, 4, 3)", "column 1", ["block(C, 4, 3)"]),
    ("block(C, -1, 3)", "column 1", ["no whole number from 0"]),
    ("eye(0)", "column 1", ["whole number from 1"]),
    ("eye(2.5)", "column 1", ["whole number from 1"]),
    ("eye(log(x))", "column 1", ["whole numbers and sizes"]),
    ("N[4]", "column 1", ["N has no index 4", "1, 2, 3"]),
    ("M[1]", "column 1", ["no indexed name 'M'", "N"]),
    ("A.I", "column 1", ["only .T is"]),
    ("x/(n - n)", "column 1", ["division by zero"]),
    ("0**-1", "column 1", ["division by zero"]),
    ("log(0)", "column 1", ["positive number"]),
    ("sqrt(-2)", "column 1", ["number from zero"]),
    ("exp(10**7)", "column 1", ["an exponential of more than 1000000", "shorter"]),
    ("log(exp(pi**1000000) - 1)", "column 9", ["an exponential of more", "shorter"]),
    ("9**9**pi**9", "column 1", ["an exponential of more", "shorter"]),
    ("ones(101, 100)", "column 1", ["more than 10000 entries", "smaller"]),
    ("tr(((U**8)**8)**8)", "column 4", ["more than 200 factors", "shorter"]),
    ("tr(eye(50)*kron(eye(50), eye(50)))", "column 12", ["more than 10000 entries"]),
    ("10**10**10", "column 1", ["exponent", "shorter"]),
    ("1e999", "column 1", ["digits", "write fewer"]),
    ("1_000", "column 1", ["no decimal number"]),
    ("0x10", "column 1", ["no decimal number"]),
    ("2j", "column 1", ["no decimal number"]),
    ("True", "column 1", ["no decimal number"]),
    ("x // n", "column 1", ["operator is not in the language"]),
    ("x % n", "column 1", ["operator is not in the language"]),
    ("~x", "column 1", ["operator is not in the language"]),
    ("x < n", "column 1", ["not in the language"]),
    ("[x, n]", "column 1", ["not in the language"]),
    ("x if n else x", "column 1", ["not in the language"]),
    ("lambda: x", "column 1", ["not in the language"]),
    ("(x := 3)", "column", ["not in the language"]),
    ("K(*A)", "column 1", ["without names or stars"]),
    ("K(A=A)", "column 1", ["without names or stars"]),
    ("x.T(A)", "column 1", ["only functions of the language are called"]),
    ("x + 'n'", "column 5", ["character", "leave it out"]),
    ("x; n", "column 2", ["character", "leave it out"]),
    ("x\0", "column 2", ["character", "leave it out"]),
    ("x +", "column", ["no expression of the language", "docs/claims.md"]),
    ("(x", "column", ["no expression of the language"]),
    ("x n", "column", ["no expression of the language"]),
    ("n +\n lg(x)", "line 2, column 2", ["unknown function 'lg'"]),
    ("sum(x, 2, 1, 3)", "column 8", ["second argument of sum is its index"]),
    ("sum(x, x, 1, 3)", "column 8", ["name in use", "choose another"]),
    ("sum(x, l, 1, n)", "column 1", ["ends of sum are whole numbers"]),
    ("sum(x, l, 1, 1001)", "column 1", ["more than 1000 terms"]),
    ("sum(x, l, 1)", "column 1", ["sum takes 4 arguments, not 3"]),
    ("sum(block(C, 0, l), l, 1, 2)", "column 1", ["different shapes"]),
    ("l + sum(l, l, 1, 2)", "column 1", ["unknown name"]),
]
WHOLE_REFUSALS = [
    ("", ["empty", "write an expression"]),
    (" \n ", ["empty"]),
    (3, ["3 where an expression is due", "write it as text"]),
    (None, ["write it as text"]),
    ("x" + " " * 20_001, ["20002 characters", "at most 20000"]),
    ("(" * 101 + "x" + ")" * 101, ["nested more than 100", "nest fewer"]),
    ("-" * 30 + "x", ["too many signs", "keep one"]),
    ("+".join(["(x+n+x+n)"] * 500), ["parts", "at most 5000"]),
]


def refusal(text, scope=SCOPE):
    with pytest.raises(ClaimError) as caught:
        parse(text, scope, WHERE)
    message = str(caught.value)
    assert message.startswith(f"{WHERE}: ") and len(message.splitlines()) == 1
    assert message.isprintable()
    return message.removeprefix(f"{WHERE}: ")


@pytest.mark.parametrize(("text", "place", "pieces"), REFUSALS)
def test_a_refusal_names_place_offence_and_remedy(text, place, pieces):
    message = refusal(text)
    assert message.startswith(place + (" " if place == "column" else ":")), message
    assert all(piece in message for piece in pieces), message


@pytest.mark.parametrize(("text", "pieces"), WHOLE_REFUSALS)
def test_a_text_is_refused_as_a_whole(text, pieces):
    message = refusal(text)
    assert all(piece in message for piece in pieces), message


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1/x", {"x": 0}),
        ("log(x)", {"x": 0}),
        ("logdet(U)", {"U": np.diag([1.0, 2.0, -3.0])}),
        ("inv(B)", {"B": np.zeros((3, 3))}),
        ("(1 - x)**(1/3)", {}),
        ("A*(1 - x)**x", {}),
    ],
)
@pytest.mark.parametrize("digits", [None, 30])
def test_what_has_no_value_is_one_line(text, numbers, digits):
    bound = NUMBERS | {SYMBOLS[name]: number for name, number in numbers.items()}
    with pytest.raises(ClaimError) as caught:
        value(parse(text, SCOPE), bound, digits)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "domain", "shape"),
    [
        ("positive definite (m, m)", "positive definite", "m m"),
        ("orthogonal (2*m + 1, 1 + 2*m)", "orthogonal", "2*m+1 2*m+1"),
        ("real (m, n)", "real", "m n"),
        ("matrix (m, 3)", "real", "m 3"),
        ("vector (n)", "real", "n 1"),
        ("  positive ", "positive", ""),
        ("size", "size", ""),
    ],
)
def test_a_declaration_is_a_domain_and_a_shape(text, domain, shape):
    found = parse_declaration(text, "declare.A")
    assert found.domain == domain
    assert found.shape == tuple(map(sympy.sympify, shape.split()))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("symetric (m, m)", ["no domain", "did you mean 'symmetric'"]),
        ("symmetric (m, n)", ["square", "symmetric (m, m)"]),
        ("symmetric", ["square"]),
        ("size (m)", ["no shape"]),
        ("vector (m, n)", ["one size"]),
        ("real (m)", ["rows and columns", "real (m, n)"]),
        ("real (0, m)", ["no size"]),
        ("real (m/n, m)", ["no size"]),
        ("real (m, )", ["empty"]),
        ("real (__import__(m), m)", ["declare.A"]),
        ("", ["no declaration", "real (m, n)"]),
        (3, ["no declaration"]),
        ("real " * 100, ["no declaration"]),
    ],
)
def test_a_wrong_declaration_is_one_line(text, pieces):
    with pytest.raises(ClaimError) as caught:
        parse_declaration(text, "declare.A")
    message = str(caught.value)
    assert message.startswith("declare.A: ") and len(message.splitlines()) == 1
    assert all(piece in message for piece in pieces), message
