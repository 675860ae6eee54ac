"""Every step of the derivation of many networks, before against after, on random instances."""

import pytest

from derive.errors import CertificateError
from derive.theories.networks.derivation import derive
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Residual,
)

HEADS = Attention(2, 1.0)
NETWORKS = {
    "no layer": (),
    "one attention": (Attention("H", 1.0, 10),),
    "two attentions": (Attention(2, 1.0, 10), Attention(3, 1.0, "N")),
    "linear layers": (Linear(1.0, 12), Linear(1.0, 10)),
    "attention over linear": (Linear(1.0, 10), Attention(3, 1.0, 12)),
    "residual over attention": (Attention(2, 1.0, 10), Residual((HEADS,))),
    "residual body (attention, linear)": (Linear(1.0, 9), Residual((HEADS, Linear(1.0)))),
    "residual in a residual": (Residual((Residual((HEADS,)), Linear(1.0))),),
    "residual at the end of a residual": (Residual((Linear(1.0), Residual((HEADS,)))),),
    "two skips at once": (Residual((Residual((HEADS,)),)), Attention(2, 1.0, 9)),
}
SLOW = {
    "depth 4": tuple(Attention(2, 1.0, 10 + k) for k in range(4)),
    "two residuals": (Residual((HEADS,)), Residual((HEADS,))),
    "residual body of three": (Residual((Attention(2, 1.0, 7), HEADS, Linear(1.0, 8))),),
    "four residuals": (Residual((HEADS,)),) * 4,
}


def network(layers, token="last"):
    return Network((Embedding(8, 1.0), *layers, Readout(1.0, token)), 0.1)


def check(derivation, digits):
    evidence = derivation.certify(digits)
    assert len(evidence) == len(derivation.steps)
    assert all(found.digits >= digits and found.detail for found in evidence)


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_every_step_is_certified(layers):
    check(derive(network(layers)), 20)


@pytest.mark.slow
@pytest.mark.parametrize("layers", SLOW.values(), ids=SLOW)
def test_every_step_of_large_overlaps_is_certified(layers):
    check(derive(network(layers)), 20)


@pytest.mark.parametrize("token", ["first", "mean"])
def test_the_readout_token_is_certified(token):
    check(derive(network((Residual((HEADS,)),), token)), 12)


@pytest.mark.parametrize("digits", [1, 8, 50])
def test_certificates_hold_to_the_digits_asked_for(digits):
    check(derive(network((HEADS.__class__(2, 1.0, 9),))), digits)


def test_certificates_can_be_rerun_with_the_same_evidence():
    derivation = derive(network((Residual((HEADS,)),)))
    assert derivation.certify(15) == derivation.certify(15)


def test_progress_names_every_step_before_it_is_checked():
    derivation, seen = derive(network(())), []
    derivation.certify(8, seen.append)
    assert seen == [step.name for step in derivation.steps]


def test_a_certificate_of_another_network_is_refused():
    """Certificates compare numbers: one that is handed the wrong result must not pass."""
    from derive.theories.networks.derivation import certificates

    chain, skip = (derive(network(x)).theory for x in ((HEADS.__class__(2, 1.0, 9),), ()))
    wrong = certificates.stationarity(chain.action, skip.gradients, chain.notation)
    with pytest.raises(CertificateError, match="1 gradients for 2 streams"):
        wrong(10)
