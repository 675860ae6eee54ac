"""Certificate of infinitely many heads: the equations approach the limit as heads get many."""

from __future__ import annotations

from itertools import product
from typing import Any

from derive.errors import CertificateError
from derive.steps.compare import GUARD, Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.analysis.exchangeable.certificates import Symmetric, sample_of
from derive.theories.networks.analysis.exchangeable.infinite import Infinite
from derive.theories.networks.analysis.exchangeable.reduce import Reduced
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.derivation.certifying.instance import Numbers


@certifying
def certificate(
    agreement: Agreement, symmetry: Symmetry, result: Reduced, limit: Infinite
) -> Evidence:
    """What is dropped decays as 1/H at random eigenvalues, fluxes and kernels.

    The equations at finite H are those by sectors, which have their own certificate. That kernels
    of sectors are what they are said to be in Delta is checked first, on symmetric data.
    """
    _compare_kernels(symmetry, limit, agreement)
    digits = max(agreement.digits, 6)  # so that an order can be seen
    run = _Heads(symmetry, result, limit, Agreement(3 * digits + GUARD))
    near, far = (digits + 1) // 2, digits
    first, last = (run.distance(10**power) for power in (near, far))
    if last == 0:
        raise CertificateError("the equations do not depend on the number of heads")
    log = run.agreement.arithmetic.log10
    order = float(log(first / last) / (far - near))
    if not abs(order - 1) < 0.01:
        raise CertificateError(
            f"from 1e{near} to 1e{far} heads the distance to the limit falls with order "
            f"{order:.3f}, not 1"
        )
    return Evidence(digits, f"the distance to the limit decays with order {order:.6f} in 1/H")


class _Heads:
    """Random numbers for everything but the head counts that grow."""

    def __init__(
        self, symmetry: Symmetry, result: Reduced, infinite: Infinite, agreement: Agreement
    ) -> None:
        self.symmetry, self.result, self.infinite = symmetry, result, infinite
        self.agreement = agreement
        self.sample = sample_of(symmetry, 83)
        numbers: Numbers = {**self.sample.sizes(), **self.sample.data()}
        for _, kernel in infinite.kernels:
            numbers[kernel] = exact(agreement.arithmetic, self.sample.positive(3))
        for equation, (total, _) in zip(result.equations, infinite.fluxes, strict=True):
            numbers[equation.unknown.symbol] = self._random()
            numbers[total] = self._random()
        self.fixed = numbers

    def _random(self) -> Any:
        return exact(self.agreement.arithmetic, self.sample.positive(1))[0, 0]

    def distance(self, count: int) -> Any:
        """The largest difference between an equation at so many heads and its limit."""
        finite = self._at(count)
        limit = {**self.fixed}
        covariance = limit[self.infinite.symbol] = self.value(self.infinite.covariance, limit)
        gaps = [abs(self.value(self.result.covariance, finite) - covariance).max()]
        pairs = zip(
            self.result.equations, self.infinite.equations, self.infinite.fluxes, strict=True
        )
        for equation, (_, right), (_, flux) in pairs:
            often = self.value(equation.unknown.multiplicity, finite)
            gaps.append(abs(self.value(equation.right, finite) - self.value(right, limit)))
            total = often * self.value(equation.flux_value, finite)
            gaps.append(abs(total - self.value(flux, limit)))
        return max(gaps)

    def value(self, expression: Any, numbers: Numbers) -> Any:
        """The value of an expression."""
        return self.agreement.value(expression, numbers)

    def _at(self, count: int) -> Numbers:
        """Head counts, kernels of sectors and fluxes at so many heads, different in each layer."""
        symmetry, numbers = self.symmetry, dict(self.fixed)
        for weight in symmetry.weights:
            layer = symmetry.notation.graph.weights[weight].branching
            if layer in self.infinite.layers:
                numbers[symmetry.notation.heads(weight)] = count * (1 + weight)
        for kernel, value in self.infinite.sector_kernels:
            numbers[kernel] = self.value(value, numbers)
        for equation, (total, _) in zip(self.result.equations, self.infinite.fluxes, strict=True):
            often = self.value(equation.unknown.multiplicity, numbers)
            numbers[equation.flux] = numbers[total] / often
        return numbers


def _compare_kernels(symmetry: Symmetry, limit: Infinite, agreement: Agreement) -> None:
    """Delta from the kernels of pairs of paths, by inclusion and exclusion; then K_S."""
    run = Symmetric(symmetry, 89, agreement)
    numbers = run.numbers()
    data = exact(agreement.arithmetic, run.data[symmetry.notation.data()])
    own = list(symmetry.weights)
    pairs: dict[Any, Any] = {}
    for first, second in product(range(len(run.paths)), repeat=2):
        same = run.paths[first, own] == run.paths[second, own]
        shared = tuple(weight for weight, equal in zip(own, same, strict=True) if equal)
        pairs[shared] = data[:, :, first] @ data[:, :, second].T
    for sector, kernel in limit.kernels:
        inside = [shared for shared in pairs if set(shared) <= set(sector)]
        signs = [(-1) ** (len(sector) - len(shared)) for shared in inside]
        numbers[kernel] = sum(s * pairs[c] for s, c in zip(signs, inside, strict=True))
    for kernel, value in limit.sector_kernels:
        agreement.compare(str(kernel), agreement.value(value, numbers), numbers[kernel])
