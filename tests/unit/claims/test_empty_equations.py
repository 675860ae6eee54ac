"""An equation that always holds determines nothing."""

import pytest

from derive import Attention, Embedding, Network, Readout, compare

NETWORK = Network(
    (Embedding("N1", variance="v0"), Attention("H1", variance="v1", width="Na"), Readout("va")), "T"
)


@pytest.mark.parametrize(
    "equation",
    [
        "R_1 = -dE*U_1",
        "inv(U_1)*R_1.T = -dE",
        "inv(U_1 + eye(H_1)) = inv(U_1) - inv(U_1)*inv(eye(H_1) + inv(U_1))*inv(U_1)",
    ],
)
def test_an_identity_is_no_saddle_point_equation(equation):
    result = compare(NETWORK, "saddle U_1", [equation], explain=False)
    assert result.verdict.value == "INCONCLUSIVE"
    assert "would hold elsewhere too" in result.reason
