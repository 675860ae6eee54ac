"""The certificates of the steps."""

from __future__ import annotations

from typing import Any

from derive.errors import CertificateError
from derive.steps.step import Certificate, Evidence

CERTIFICATES: dict[str, Any] = {}
"""The name of a step to what makes its certificate from the states before and after."""


def certificate_of(name: str, before: Any, after: Any) -> Certificate:
    """The certificate of a step."""
    if name in CERTIFICATES:
        made: Certificate = CERTIFICATES[name](before, after)
        return made

    def missing(digits: int) -> Evidence:
        raise CertificateError(f"{name} has no certificate")

    return missing
