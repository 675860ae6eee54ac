"""The certificates of the steps."""

from __future__ import annotations

from typing import Any

from derive.errors import CertificateError
from derive.steps.step import Certificate, Evidence
from derive.theories.disorder.derivation.certificates.averaging import averaging
from derive.theories.disorder.derivation.certificates.closed_forms import closed_forms
from derive.theories.disorder.derivation.certificates.conjugates import conjugates
from derive.theories.disorder.derivation.certificates.continuation import no_replicas
from derive.theories.disorder.derivation.certificates.replicon import replicon
from derive.theories.disorder.derivation.certificates.saddle_point import saddle_point
from derive.theories.disorder.derivation.certificates.stationarity import stationarity
from derive.theories.disorder.derivation.certificates.symmetry import decoupling, replica_symmetry

CERTIFICATES: dict[str, Any] = {
    "replicas and average": averaging,
    "order parameters": conjugates,
    "saddle point": saddle_point,
    "replica symmetry": replica_symmetry,
    "decouple": decoupling,
    "no replicas": no_replicas,
    "closed forms": closed_forms,
    "stationarity": stationarity,
    "replicon": replicon,
}
"""The name of a step to what makes its certificate from the states before and after."""


def certificate_of(name: str, before: Any, after: Any) -> Certificate:
    """The certificate of a step."""
    if name in CERTIFICATES:
        made: Certificate = CERTIFICATES[name](before, after)
        return made

    def missing(digits: int) -> Evidence:
        raise CertificateError(f"{name} has no certificate")

    return missing
