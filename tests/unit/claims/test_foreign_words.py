"""Words of other languages and of papers are answered with what is written here."""

import pytest

import derive as package
from derive import Attention, Embedding, Network, Readout, compare
from derive.errors import ArgumentError, ClaimError

NETWORK = Network((Embedding("N1", "v0"), Attention("H1", "v1", "Na"), Readout("va")), "T")


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("logdet(C)", r'define it in \[symbols\], C = "K\(U_1\) \+ temperature\*eye\(P\)"'),
        ("T*u_a", "write temperature"),
        ("trace(U_1)", r"unknown function 'trace'; write tr\."),
        ("Tr(U_1)", r"write tr\."),
        ("ln(u_a)", r"write log\."),
        ("LOG(u_a)", r"write log\."),
        ("inverse(U_1)", r"write inv\."),
        ("u_a^2", r"\^ is not in the language; write \*\* for a power"),
        ("lambda*u_a", "'lambda' is a reserved word of the language; take another name, such as"),
        ("tr(K(U_1)')", r"column 10: .* write \.T for a transpose"),
        ("tr(U_1ᵀ)", r"write \.T"),
        ("u_a·u_a", r"write \* for a product"),
        ("if*u_a", "'if' is a reserved word"),
        ("s_1(u_a)", r"it is a name; write s_1\*\(\.\.\.\)"),
        ("nonsense", r"unknown name; valid: N_0, .*; functions: log, .*path_kernel"),
    ],
)
def test_what_is_due_is_said(line, due):
    with pytest.raises(ClaimError, match=due):
        compare(NETWORK, "action", [line])


def test_a_reserved_word_is_no_name():
    with pytest.raises(ClaimError, match=r"declare\.lambda: .* word of the language"):
        compare(None, "", ["1", "1"], declare={"lambda": "positive"})


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        ((NETWORK, "action", lambda U_1: U_1), "lines: a single line where a list"),
        ((NETWORK, "action", "U_1"), "lines: a text where a list"),
        ((NETWORK, "action", None), "lines: None where a list"),
        ((None, None, ["1", "1"]), "about: None where text is due; leave it out"),
        ((NETWORK, None, ["1"]), "about: None where text is due; write for example"),
        ((3, "action", ["1"]), "network is 3, and a Network or a DisorderedModel is due"),
    ],
)
def test_arguments_of_another_kind(arguments, due):
    with pytest.raises((ClaimError, ArgumentError), match=due):
        compare(*arguments)


@pytest.mark.parametrize(
    ("named", "due"),
    [
        ({"up_to": "factor"}, r"up_to: 'factor' where a list is due"),
        ({"assume": 3}, "assume: 3 where a dictionary is due"),
        ({"declare": ["x"]}, "declare: a list where a dictionary is due"),
        ({"digits": "many"}, "digits: 'many' where a whole number is due"),
        ({"seed": -1}, "seed: -1 given; give 0 or more"),
        ({"instances": 1.5}, "instances: 1.5 where a whole number is due"),
    ],
)
def test_named_arguments_of_another_kind(named, due):
    with pytest.raises(ClaimError, match=due):
        compare(NETWORK, "action", ["u_a"], **named)


def test_names_from_the_package_are_its_own():
    names = {}
    exec("from derive import *", names)
    assert names["compare"] is package.compare is compare
    assert names["derive"] is package.derive
    assert names["derive"].compare is compare and names["derive"].Network is package.Network
    assert names["derive"](NETWORK).theory.chain is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        getattr(package, "nonsense")  # noqa: B009


def test_terms_that_are_equal_do_not_differ():
    """s_1 u_a 1 is s_1 (1 x u_a), in a claim that is wrong elsewhere."""
    result = compare(NETWORK, "saddle U_1", ["s_1*u_a*(eye(H_1) - 2*dE*U_1/N_1)"])
    terms = (*result.theirs_alone, *result.ours_alone)
    assert terms and "s_1*u_a*eye(H_1)" not in terms
    assert "s_1*kron(eye(H_1), u_a)" not in terms


@pytest.mark.parametrize("up_to", [["factor"], ["factor", "constant"]])
def test_the_natural_correction_needs_no_factor(up_to):
    line = "N_a*(u_a/s_a - log(u_a)) + logdet(C) - y.T*inv(C)*y"
    plain = Network((Embedding("N1", "v0"), Readout("va")), "T")
    symbols = {"C": "K(u_a) + temperature*eye(P)"}
    result = compare(plain, "action", [line], symbols=symbols, up_to=up_to)
    assert [c.change for c in result.corrections] == [
        "write -(y.T * inv(C) * y) for y.T * inv(C) * y"
    ]


def test_a_line_at_leading_order_says_why_it_has_no_counterexample():
    lines = ["N + 1", ("N/2", "leading N")]
    result = compare(None, "", lines, declare={"N": "size"})
    assert result.verdict.value == "DISAGREES" and result.counterexample is None
    assert "in a limit" in result.unshown and result.unshown in repr(result)


def test_what_differs_at_no_small_instance_is_shown_at_a_random_one():
    lines = ["sqrt((a - 100)**2)", "100 - a + 0*m"]
    result = compare(None, "", lines, declare={"a": "positive", "m": "size"})
    assert float(result.counterexample.found) < 0 and not result.unshown
