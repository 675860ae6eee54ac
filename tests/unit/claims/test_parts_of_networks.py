"""Claims about networks that hold for some sizes and parameters only are refused."""

from functools import cache

import pytest

from derive import Attention, Embedding, Network, Readout, Residual, compare, derive
from derive.claims.language import to_text


@cache
def network(layers):
    heads = [Attention(f"H{k}", f"v{k}", f"N{k + 1}") for k in range(1, layers + 1)]
    return Network((Embedding("N1", "v0"), *heads, Readout("va")), "T")


def kernel(heads):
    return f"s_0/(N_0*({heads}))*path_kernel(U_1)"


def action(temperature="temperature", width="N_a", extra="0"):
    first = f"({width})*(u_a/s_a - log(u_a)) + logdet(K(u_a) + ({temperature})*eye(P))"
    return f"{first} + y.T*inv(K(u_a) + ({temperature})*eye(P))*y + {extra}"


FALSE = {
    "two heads of four at once": (4, "kernel", kernel("H_3*H_4*(H_1 + H_2 - 1)")),
    "the others": (4, "kernel", kernel("H_1*H_3*(H_2 + H_4 - 1)")),
    "three heads at once": (3, "kernel", kernel("H_1*H_2*H_3 + (H_1 - 1)*(H_2 - 1)*(H_3 - 1)")),
    "four heads at once": (
        4, "kernel", kernel("H_1*H_2*H_3*H_4 + (H_1 - 1)*(H_2 - 1)*(H_3 - 1)*(H_4 - 1)"),
    ),
    "five heads at once": (
        5, "kernel",
        kernel("H_1*H_2*H_3*H_4*H_5 + (H_1 - 1)*(H_2 - 1)*(H_3 - 1)*(H_4 - 1)*(H_5 - 1)"),
    ),
    "three layers with unequal heads": (
        3, "kernel",
        kernel("H_1*H_2*H_3 + (H_1 - 1)*(H_2 - 1)*(H_3 - 1)*(H_1 - 2)*(H_2 - 2)"),
    ),
    "more than two heads at once, beside a square": (
        2, "kernel", kernel("H_1*H_2 + ((H_1 - 1)*(H_2 - 1)*(H_1 - 2)*(H_2 - 2))**2"),
    ),
    "six heads at once": (
        6, "kernel",
        kernel("H_1*H_2*H_3*H_4*H_5*H_6 + (H_1 - 1)*(H_2 - 1)*(H_3 - 1)*(H_4 - 1)*(H_5 - 1)"
               "*(H_6 - 1)"),
    ),
    "few heads below many": (
        2, "kernel",
        kernel("H_1*H_2 + (sqrt((H_1 - 3)**2) - H_1 + 3)*(sqrt((H_2 - 3)**2) + H_2 - 3)"),
    ),
    "up to nine examples": (
        0, "action", action(extra="*".join(f"(P - {k})" for k in range(1, 10))),
    ),
    "widths close to each other": (
        1, "kernel", kernel("H_1*(1 + (N_1 - N_a)*(N_1 - N_a - 1)*(N_1 - N_a + 1)*(N_a - N_1 - 2)"
                            "*(N_a - N_1 + 2)*(N_1 - N_a + 3)*(N_1 - N_a - 3))"),
    ),
    "a saddle of up to six examples": (
        0, "saddle u_a",
        "u_a = s_a*(1 - dE*u_a/N_a)*(1 + (P - 1)*(P - 2)*(P - 3)*(P - 4)*(P - 5)*(P - 6))",
    ),
    "unequal heads": (2, "kernel", kernel("(H_1**2 + H_2**2)/2")),
    "no more heads below": (2, "kernel", kernel("H_1*H_2 + sqrt((H_1 - H_2)**2) - H_1 + H_2")),
    "fewer than 6 heads": (1, "kernel", kernel("6 - sqrt((H_1 - 6)**2)")),
    "fewer than 100 neurons": (0, "action", action(width="100 - sqrt((N_a - 100)**2)")),
    "fewer than 12 examples": (0, "action", action(extra="sqrt((P - 12)**2) - 12 + P")),
    "a cold saddle": (
        0, "saddle u_a",
        "u_a = s_a*(1 - dE*u_a/N_a) + sqrt((temperature - 1)**2) - 1 + temperature",
    ),
    "a warm saddle": (
        0, "saddle u_a",
        "u_a = s_a*(1 - dE*u_a/N_a) + sqrt((temperature - 1)**2) + 1 - temperature",
    ),
    "a saddle of few examples": (
        0, "saddle u_a", "u_a = s_a*(1 - dE*u_a/N_a) + sqrt((P - N_a)**2) + P - N_a",
    ),
    "a saddle below the prior": (
        0, "saddle u_a", "u_a = s_a*(1 - dE*u_a/N_a) + sqrt((u_a - s_a)**2) + u_a - s_a",
    ),
    "warm": (0, "action", action("1 + sqrt((temperature - 1)**2)")),
    "cold": (0, "action", action("1 - sqrt((temperature - 1)**2)")),
    "colder than 5": (0, "action", action("5 - sqrt((temperature - 5)**2)")),
    "noise below the variance": (0, "action", action("s_0 - sqrt((temperature - s_0)**2)")),
    "small variances": (0, "action", action(extra="sqrt((2 - s_0)**2) - 2 + s_0")),
    "large variances": (0, "action", action(extra="sqrt((s_a - 1/4)**2) + 1/4 - s_a")),
    "fewer examples than neurons": (0, "action", action(width="P + sqrt((N_a - P)**2)")),
    "more examples than neurons": (0, "action", action(width="P - sqrt((N_a - P)**2)")),
    "more features than examples": (
        0, "action", action(extra="sqrt((N_0 - P)**2) - N_0 + P"),
    ),
    "fewer features than examples": (
        0, "action", action(extra="sqrt((N_0 - P)**2) + N_0 - P"),
    ),
    "overlaps above 1": (0, "action", action(extra="sqrt(log(u_a)**2) - log(u_a)")),
    "overlaps below 1": (0, "action", action(extra="sqrt(log(u_a)**2) + log(u_a)")),
    "kernels above the noise": (
        0, "action", action(extra="sqrt(logdet(K(u_a) + temperature*eye(P))**2)"
                                  " - logdet(K(u_a) + temperature*eye(P))"),
    ),
    "large labels": (0, "action", action(extra="sqrt((y.T*y - 1)**2) - y.T*y + 1")),
    "several examples": (0, "action", action(extra="sqrt((P - 3/2)**2) - P + 3/2")),
    "wide below": (
        1, "kernel", f"{kernel('H_1')}*(1 + sqrt((N_1 - N_a)**2) - N_1 + N_a)",
    ),
}  # fmt: skip
TRUE = {
    "one layer": (1, "kernel", kernel("H_1")),
    "three layers": (3, "kernel", kernel("H_1*H_2*H_3")),
    "an action": (0, "action", action()),
    "an action in other words": (0, "action", action(extra="sqrt((N_0 - P)**2)**2 - (N_0 - P)**2")),
}


LONGEST = (
    "six heads at once", "three layers with unequal heads", "five heads at once",
    "few heads below many", "a saddle of up to six examples",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LONGEST else n for n in FALSE]
)
def test_what_holds_for_some_is_refused(name):
    layers, about, line = FALSE[name]
    assert compare(network(layers), about, [line], explain=False).verdict.value == "DISAGREES"


@pytest.mark.parametrize("name", TRUE)
def test_what_holds_for_all_is_not(name):
    layers, about, line = TRUE[name]
    assert compare(network(layers), about, [line], explain=False).verdict.value == "AGREES"


def test_a_number_of_branches_is_missed_in_stacked_residuals():
    """Of three of them, which leave little room for several branches."""
    layers = [Residual((Attention("H", 1.0),)) for _ in range(3)]
    found = Network((Embedding(9, 1.0), *layers, Readout(1.0)), 0.1)
    right = to_text(derive(found).theory.action)
    assert "log(H_2)" in right
    wrong = right.replace("log(H_2)", "log(1)")
    result = compare(found, "action", [wrong], digits=15, instances=1, explain=False)
    assert result.verdict.value == "DISAGREES"


@pytest.mark.slow
@pytest.mark.parametrize("pair", [(1, 8), (3, 6), (7, 8)])
def test_any_two_of_many_layers(pair):
    rest = "*".join(f"H_{k}" for k in range(1, 9) if k not in pair)
    line = kernel(f"{rest}*(H_{pair[0]} + H_{pair[1]} - 1)")
    result = compare(network(8), "kernel", [line], digits=15, explain=False)
    assert result.verdict.value == "DISAGREES"


def test_the_answer_says_what_was_covered_and_what_was_assumed():
    result = compare(network(2), "kernel", [kernel("H_1*H_2")], assume={"N_1": "30"})
    for said in ("s_0 below and above 1", "all of H_1, H_2 above 1 at once", "assumed: N_1 = 30"):
        assert said in result.covered and said in repr(result)
    assert result.as_dict()["covered"] == result.covered


def test_numbers_that_are_out_of_reach_are_told():
    lines = [kernel("H_1*(H_2 + 30 - H_1) + H_1**2 - 30*H_1")]
    result = compare(network(2), "kernel", lines)
    assert result.verdict.value == "AGREES"
    assert "not all at once: H_1, H_2" in result.covered
