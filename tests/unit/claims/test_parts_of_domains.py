"""Theorems that hold on a part of a domain only are refused, and those that hold are not."""

import re

import pytest

from derive import compare

DECLARED = {
    "A": "positive definite (m, m)",
    "B": "positive definite (m, m)",
    "S": "symmetric (m, m)",
    "Q": "orthogonal (m, m)",
    "R": "orthogonal (m, m)",
    "E": "positive (m, n)",
    "X": "real (m, n)",
    "M": "real (m, m)",
    "Y": "real (m + n, m)",
    "v": "vector (m)",
    "w": "vector (m)",
    "a": "positive",
    "b": "positive",
    "c": "positive",
    "x": "real",
    "y": "real",
    "N": "size",
    "k": "size",
}
FALSE = {
    "rotations": ("det(Q)", "1"),
    "two rotations": ("det(Q)*det(R)", "1"),
    "the same component": ("det(Q)", "det(R)"),
    "a reflection is not minus one": ("det(Q)", "-1"),
    "above the identity": ("sqrt((tr(A) - m)**2)", "tr(A) - m"),
    "below the identity": ("sqrt((tr(A) - m)**2)", "m - tr(A)"),
    "determinants above 1": ("sqrt(logdet(A)**2)", "logdet(A)"),
    "the larger trace": ("sqrt((tr(A) - tr(B))**2)", "tr(A) - tr(B)"),
    "the larger determinant": ("sqrt((logdet(A) - logdet(B))**2)", "logdet(A) - logdet(B)"),
    "below 1": ("sqrt((1 - a)**2)", "1 - a"),
    "above 1": ("sqrt((1 - a)**2)", "a - 1"),
    "below 3": ("sqrt((3 - a)**2)", "3 - a"),
    "above a third": ("sqrt((a - 1/3)**2)", "a - 1/3"),
    "below 100": ("sqrt((100 - a)**2)", "100 - a"),
    "above a hundredth": ("sqrt((a - 1/100)**2)", "a - 1/100"),
    "below twelve thousand": ("sqrt((a - 12345)**2)", "12345 - a"),
    "above a billionth": ("sqrt((a - 1e-9)**2)", "a - 1e-9"),
    "matrices below 8": ("sqrt((m - 8)**2)", "8 - m"),
    "matrices above 8": ("sqrt((m - 8)**2)", "m - 8"),
    "a count below 100": ("sqrt((N - 100)**2)", "100 - N"),
    "a trace of a power": ("sqrt((tr(A*A) - m)**2)", "tr(A*A) - m"),
    "an inverse below": ("sqrt((tr(inv(A)) - tr(A))**2)", "tr(inv(A)) - tr(A)"),
    "odd sizes": ("det(-Q)", "-det(Q)"),
    "even sizes": ("det(-Q)", "det(Q)"),
    "matrices of two rows": ("det(2*A)", "4*det(A)"),
    "an exponential below 2": ("sqrt((exp(x) - 2)**2)", "exp(x) - 2"),
    "in one order": ("sqrt((a - b)**2)", "a - b"),
    "a product above a number": ("sqrt((a*b - c)**2)", "a*b - c"),
    "three in a row": ("sqrt((a - b)**2) + sqrt((b - c)**2)", "sqrt((a - c)**2)"),
    "the golden mean": ("sqrt((a**2 - a - 1)**2)", "1 + a - a**2"),
    "below a size": ("sqrt((a - N)**2)", "N - a"),
    "above a size": ("sqrt((a - N)**2)", "a - N"),
    "positive": ("sqrt(x**2)", "x"),
    "one sign": ("sqrt(x**2*y**2)", "x*y"),
    "not both negative": ("sqrt(x**2) + sqrt(y**2)", "sqrt((x + y)**2)"),
    "the sign of a cube": ("sqrt(x**6)", "x**3"),
    "the order of sizes": ("sqrt((N - k)**2)", "N - k"),
    "the other order of sizes": ("sqrt((N - k)**2)", "k - N"),
    "sizes beyond 1": ("sqrt((N - 3/2)**2)", "N - 3/2"),
    "a size beyond the matrix": ("sqrt((N - m)**2)", "N - m"),
    "a width above m + 1": ("sqrt((N - m - 1)**2)", "N - m - 1"),
    "wide matrices": ("sqrt((m - n)**2)", "n - m"),
    "positive matrices with large entries": (
        "sqrt((ones(1, m)*E*ones(n, 1) - m*n/2)**2)", "ones(1, m)*E*ones(n, 1) - m*n/2",
    ),
    "a positive determinant": ("det(M)", "sqrt(det(M)**2)"),
    "a positive trace": ("tr(M)", "sqrt(tr(M)**2)"),
    "a positive definite symmetric matrix": ("det(S)", "sqrt(det(S)**2)"),
    "a symmetric matrix of positive trace": ("tr(S)", "sqrt(tr(S)**2)"),
    "an acute angle": ("sqrt((v.T*w)**2)", "v.T*w"),
    "a rotation of positive trace": ("sqrt(tr(Q)**2)", "tr(Q)"),
    "long vectors": ("sqrt((v.T*v - 1)**2)", "v.T*v - 1"),
    "short vectors": ("sqrt((v.T*v - 1)**2)", "1 - v.T*v"),
    "a matrix above another": ("sqrt((det(A) - det(B))**2)", "det(A) - det(B)"),
    "twice a reflection": ("det(Q)*sqrt((a - 2)**2)", "sqrt((a - 2)**2)"),
    "matrices of one entry": ("sqrt((m - 3/2)**2)", "m - 3/2"),
    "up to eight rows": ("tr(A)", "tr(A) + " + "*".join(f"(m - {k})" for k in range(1, 9))),
    "shapes up to five apart": (
        "tr(X.T*X)",
        "tr(X.T*X) + (m - n)*" + "*".join(f"((m - n)**2 - {k * k})" for k in range(1, 6)),
    ),
    "shapes of small ratios": (
        "tr(X.T*X)",
        "tr(X.T*X) + (m - n)*(m - 2*n)*(2*m - n)*(m - 3*n)*(3*m - n)*(m - 4*n)*(4*m - n)",
    ),
    "counts near shapes": ("N", "N + (N - m)*(N - m - 1)*(N - 2*m)*(N - k)*(m - k)*(N - 2*k)"),
    "beside its own exponent": (
        "m**7*N", "m**7*N + (m - 1)*(m - 2)*(m - 3)*(m - 4)*(m - 5)*(m - 6)*(m - 7)",
    ),
    "a quadratic form of one sign": ("sqrt((v.T*S*v)**2)", "v.T*S*v"),
}  # fmt: skip
TRUE = {
    "a square": ("det(Q)**2", "1"),
    "inverse and transpose": ("inv(Q)", "Q.T"),
    "a trace of a rotation": ("tr(Q*A*Q.T)", "tr(A)"),
    "a determinant of a product": ("det(Q*R)", "det(Q)*det(R)"),
    "adjugates": ("det(Q)*logdet(A)", "det(Q)*logdet(Q*A*Q.T)"),
    "roots of squares": ("sqrt((a - b)**2)", "sqrt((b - a)**2)"),
    "products of roots": ("sqrt(x**2)*sqrt(y**2)", "sqrt((x*y)**2)"),
    "a difference of squares": ("(x - y)*(x + y)", "x**2 - y**2"),
    "a projector": ("tr(Y*inv(Y.T*Y)*Y.T)", "m"),
    "where both are defined": ("log(1 - a) + log(1 + a)", "log(1 - a**2)"),
    "a determinant of an indefinite product": ("det(M*S)", "det(M)*det(S)"),
    "logs": ("log(a*b)", "log(a) + log(b)"),
    "logs of roots": ("log(sqrt(a))", "log(a)/2"),
    "exponentials": ("exp(a)*exp(b)", "exp(a + b)"),
    "exponentials of both signs": ("exp(x)*exp(-x)", "1"),
    "push through": ("inv(X*X.T + a*eye(m))*X", "X*inv(X.T*X + a*eye(n))"),
    "Sylvester": ("logdet(a*eye(m) + X*X.T)", "logdet(eye(n) + X.T*X/a) + m*log(a)"),
    "Woodbury": (
        "inv(A + X*X.T)", "inv(A) - inv(A)*X*inv(eye(n) + X.T*inv(A)*X)*X.T*inv(A)",
    ),
    "determinant lemma": ("det(A + v*v.T)", "det(A)*(1 + v.T*inv(A)*v)"),
    "Sherman and Morrison": (
        "inv(A + v*v.T)*v*(1 + v.T*inv(A)*v)", "inv(A)*v",
    ),
    "a scaled determinant": ("logdet(a*A)", "m*log(a) + logdet(A)"),
    "a determinant of an inverse": ("logdet(inv(A))", "-logdet(A)"),
    "cyclic": ("tr(A*B)", "tr(B*A)"),
    "transposed": ("tr(A*S)", "tr(S*A)"),
    "a trace of a product": ("tr(X*X.T)", "tr(X.T*X)"),
    "Kronecker determinant": ("logdet(kron(A, B))", "m*logdet(A) + m*logdet(B)"),
    "Kronecker trace": ("tr(kron(A, M))", "tr(A)*tr(M)"),
    "partial trace": ("ptrace(kron(A, M), m)", "tr(A)*M"),
    "a resolvent": ("A*inv(A + a*eye(m))", "eye(m) - a*inv(A + a*eye(m))"),
    "two resolvents": (
        "inv(A + a*eye(m)) - inv(A + b*eye(m))",
        "(b - a)*inv(A + a*eye(m))*inv(A + b*eye(m))",
    ),
    "a square of a sum": ("(v + w).T*(v + w)", "v.T*v + 2*v.T*w + w.T*w"),
    "an isometry": ("(Q*v).T*(Q*w)", "v.T*w"),
    "sizes": ("(N + k)*(N - k)", "N**2 - k**2"),
    "binomials": ("(N + 1)*N/2 - (N - 1)*N/2", "N"),
    "gaussian": (
        "y**2/(2*a) - (y - x)**2/(2*a)", "(2*x*y - x**2)/(2*a)",
    ),
    "ones": ("ones(1, m)*eye(m)*ones(m, 1)", "m"),
    "entries": ("ones(1, m)*E*ones(n, 1)", "tr(ones(n, m)*E)"),
    "partial fractions": ("1/(a*(a + b))", "(1/a - 1/(a + b))/b"),
    "a quadratic form": ("v.T*A*v", "tr(A*v*v.T)"),
    "an exponent": ("a**x*a**y", "a**(x + y)"),
    "a reflection squared": ("(eye(m) - 2*v*v.T/(v.T*v))**2", "eye(m)"),
    "a magnitude": ("sqrt((a + b)**2)", "a + b"),
    "Cayley, where no eigenvalue is -1": ("inv(eye(m) + Q) + inv(eye(m) + Q.T)", "eye(m)"),
    "a log-determinant of indefinite factors": ("logdet(S*M*S)", "log(det(S)**2*det(M))"),
    "of a Kronecker product": ("logdet(kron(S, eye(2)))", "log(det(S)**2)"),
    "an eigenvalue of reflections": ("det(Q + eye(m))*det(Q)", "det(Q.T + eye(m))"),
    "signs cancel": ("sqrt((N - k)**2)**2", "N**2 - 2*N*k + k**2"),
}  # fmt: skip


def verdict(lines, seed=0):
    return compare(None, "", lines, declare=used(lines), seed=seed, explain=False).verdict.value


def used(lines):
    """The declarations that the lines use; E gives the sizes m and n."""
    words = set(re.findall(r"[A-Za-z]+", " ".join(lines)))
    words |= {"E"} if words & {"m", "n"} else set()
    return {name: text for name, text in DECLARED.items() if name in words}


@pytest.mark.parametrize("name", FALSE)
def test_what_holds_on_a_part_only_is_refused(name):
    assert verdict(FALSE[name]) == "DISAGREES"


def test_a_side_without_a_value_where_the_other_has_one_leaves_it_open():
    result = compare(None, "", ["log(x*y)", "log(x) + log(y)"], declare={"x": "real", "y": "real"})
    assert result.verdict.value == "INCONCLUSIVE"
    assert "where the other side has a value" in result.reason


@pytest.mark.parametrize(
    "lines", [("tr(inv(X.T*X))", "tr(inv(X*X.T))"), ("X*inv(X.T*X)*X.T*X", "X")]
)
def test_sizes_at_which_one_side_has_no_value_leave_it_open(lines):
    assert verdict(lines) == "INCONCLUSIVE"


def test_values_at_which_one_side_has_none_are_drawn_again():
    lines = TRUE["Cayley, where no eigenvalue is -1"]
    result = compare(None, "", lines, declare=used(lines))
    assert "one side alone has a value on" in result.lines[0].reason
    assert verdict(("inv(eye(m) + Q) + inv(eye(m) + Q.T)", "(1 + 1e-30)*eye(m)")) == "DISAGREES"


def test_draws_without_values_are_counted():
    result = compare(None, "", TRUE["where both are defined"], declare={"a": "positive"})
    assert "neither side has a value on" in result.lines[0].reason


@pytest.mark.parametrize("name", TRUE)
def test_what_holds_is_not_refused(name):
    assert verdict(TRUE[name]) == "AGREES"


def only_if(*below: tuple[str, str]) -> tuple[str, str]:
    """A theorem that fails where all of some pairs are in this order at once, and nowhere else."""
    factors = "*".join(f"(sqrt(({a} - {b})**2) - {a} + {b})" for a, b in below)
    return f"c + {factors}", "c"


@pytest.mark.parametrize("seed", [2, 4])
@pytest.mark.parametrize(
    "below",
    [
        (("c", "b"), ("b", "a"), ("a", "d")),
        (("a", "1"), ("b", "1"), ("1", "c"), ("1", "d")),
        (("x", "0"), ("y", "0"), ("z", "0"), ("w", "0")),
    ],
    ids=["an order of four", "sides of 1", "signs"],
)
def test_one_combination_of_signs_is_enough(below, seed):
    """Some four signs in 16 (an order in 24) were left to chance, and half of them were missed."""
    names = {name for pair in below for name in pair if name.isalpha()} | {"c"}
    declare = {name: "real" if name in "wxyz" else "positive" for name in names}
    result = compare(None, "", only_if(*below), declare=declare, seed=seed, explain=False)
    assert result.verdict.value == "DISAGREES"
