r"""No replicas: n -> 0 of the free entropy per replica.

.. math:: \phi = \lim_{n \to 0} \frac1n \phi_n, \qquad
          \ln E\, e^{n f} = n\, E f + O(n^2)
"""

from __future__ import annotations

import sympy

from derive.errors import RuleError
from derive.theories.disorder.derivation.state import State
from derive.theories.disorder.nodes.replicas import N
from derive.theories.disorder.nodes.towers import LogMean, mean, opened


def continued(state: State) -> State:
    """The free entropy: what is of first order in n.

    Raises:
        RuleError: Something is left without replicas, or n stands where it has no power.
    """
    means = {node: N * mean(node.args[1], node.law) for node in state.exponent.atoms(LogMean)}
    first = sympy.S.Zero
    for term in sympy.Add.make_args(opened(state.exponent.xreplace(means))):
        rest, power = term.as_coeff_exponent(N)
        if rest.has(N) or not (power.is_Integer and power > 0):
            raise RuleError(f"{term} is no positive power of the number of replicas")
        first += rest if power == 1 else sympy.S.Zero
    return state.with_exponent(first)
