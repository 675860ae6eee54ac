"""The rungs that need no data: steps of the derivation, generated code, limits, special cases."""

from __future__ import annotations

from collections.abc import Callable

from derive.errors import CertificateError, DeriveError
from derive.evidence.rung import Rung
from derive.evidence.verdict import CheckResult, Verdict
from derive.theories.networks.checks import (
    Claim,
    Subject,
    decide,
    gaussian_process,
    gradient,
    infinite_width,
    one_head,
    values,
    zero_temperature,
)
from derive.theories.networks.derivation import Derivation
from derive.theories.networks.description import Network

CERTIFICATE_DIGITS = 20
"""Of the certificates: quadratures take most of a minute at fifty."""

BY_CLAIMS: tuple[tuple[str, tuple[Claim, ...]], ...] = (
    ("gradient", gradient.CLAIMS),
    ("generated code", values.CLAIMS),
    ("limits", (*infinite_width.CLAIMS, *zero_temperature.CLAIMS, *gaussian_process.CLAIMS)),
    ("one head per layer", one_head.CLAIMS),
)
"""Name to the claims of `derive check` that stand on it."""

Tell = Callable[[str], None]


def certificates(derivation: Derivation, tell: Tell) -> Rung:
    """One verdict for every step of the derivation."""
    results = []
    for number, step in enumerate(derivation.steps, start=1):
        tell(f"certificate: {step.name}")
        claim = f"step {number}: {step.name}"
        try:
            evidence = step.certificate(CERTIFICATE_DIGITS)
        except CertificateError as error:
            results.append(CheckResult(claim, Verdict.DISAGREES, "", "", 0, str(error)))
        except (DeriveError, ArithmeticError) as error:
            results.append(CheckResult(claim, Verdict.INCONCLUSIVE, "", "", 0, str(error)))
        else:
            reason = f"{step.holds()}; {evidence.detail}"
            results.append(CheckResult(claim, Verdict.AGREES, "", "", evidence.digits, reason))
    return Rung("certificates", tuple(results))


def claims(subject: Subject, tell: Tell) -> tuple[Rung, ...]:
    """The claims of `derive check`, by the kind of evidence."""
    rungs = [Rung(name, decide(subject, group, tell)) for name, group in BY_CLAIMS]
    return tuple(rung for rung in rungs if rung.results)


def published(network: Network, digits: int, seed: int, tell: Tell) -> Rung:
    """Published formulas, as claims of the gallery, for the networks that they are about."""
    from derive.theories.networks.words import gallery

    results = []
    for name, claim in gallery.published(network):
        tell(f"published: {name}")
        results.append(gallery.check_published(name, claim, digits, seed))
    return Rung("published special cases", tuple(results))
