"""Derive the theory of any network: of known depth, or of a depth that is a symbol."""

from __future__ import annotations

import copyreg
import hashlib
from typing import Any

from derive.arguments import takes
from derive.errors import DescriptionError
from derive.theories.networks.derivation.derivation import Derivation
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.pipeline import RULES, Rules, derive_theory
from derive.theories.networks.derivation.repeat.deriving import steps_of
from derive.theories.networks.derivation.repeat.induction import composed_theory
from derive.theories.networks.description import Network, stream_graph


@takes("network")
def derive(network: Network, rules: Rules = RULES) -> Derivation:
    """Derive the theory of a network.

    Args:
        network: The description. Its numbers do not enter: widths, variances, head counts and
            temperature are symbols throughout; a depth is, where it is one in the network.
        rules: The rewriting rules.

    Returns:
        The theory and its steps, for a network of symbolic depth those of an induction; call
        `certify` to check them.

    Raises:
        DescriptionError: The network's repeats cannot be cut apart, or stand above features with a
            mean.
        RuleError: The network is outside the theory.

    >>> from derive import Attention, Embedding, Network, Readout, Repeat, derive
    >>> heads = Repeat((Attention("H", 0.9, "N"),), "L")
    >>> derivation = derive(Network((Embedding("N", 1.3), heads, Readout(1.2)), "T"))
    >>> [layer.title for layer in derivation.theory.layers]
    ['stream 1', 'stream l, 2 <= l <= L', 'stream L+1']
    """
    if not network.depths():  # a single part, on which the rules work as they stand
        theory, steps = derive_theory(network, Notation(stream_graph(network)), rules)
        return Derivation(network, theory, steps)
    composed = composed_theory(network, rules)
    return Derivation(network, composed, steps_of(network, composed, rules))


def _reduced(derivation: Derivation) -> tuple[Any, tuple[Any, ...]]:
    """What pickle keeps of a derivation: its network, and a digest of all that it shows.

    Steps carry certificates, which are functions; so it is derived again when it is read.
    """
    return derived_again, (derivation.network, _digest(derivation))


copyreg.pickle(Derivation, _reduced)


def derived_again(network: Network, digest: str) -> Derivation:
    """The derivation of a network that was pickled.

    Raises:
        DescriptionError: This program, with its own rules, derives something else.
    """
    derivation: Derivation = derive(network)
    if _digest(derivation) != digest:
        raise DescriptionError(
            f"{network.name}: it was derived by other rules or another version of derive; derive "
            "the network again"
        )
    return derivation


def _digest(derivation: Derivation) -> str:
    return hashlib.sha256(derivation.to_markdown().encode()).hexdigest()
