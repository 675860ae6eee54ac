"""A size must not pass for the number that it happens to have."""

import pytest

from derive import compare

MATRIX = {"A": "positive definite (n, n)", "b": "vector (n)", "c": "positive"}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "lines",
    [
        [
            "n/2*log(2*pi) - logdet(A)/2 + b.T*inv(A)*b/2",
            "log(2*pi) - logdet(A)/2 + b.T*inv(A)*b/2",
        ],
        ["logdet(c*A)", "2*log(c) + logdet(A)"],
        ["tr(A)**2 - tr(A**2)", "2*det(A)"],
    ],
)
def test_a_size_is_no_number(lines, seed):
    result = compare(None, "", lines, declare=MATRIX, seed=seed, explain=False)
    assert result.verdict.value == "DISAGREES"


def test_a_number_against_a_matrix_of_one_entry_is_answered():
    declare = {"A": "real (m, m)", "x": "vector (m)", "c": "positive"}
    assert compare(None, "", ["tr(A)*c", "c*x.T*A*x"], declare=declare).verdict.value == "DISAGREES"
