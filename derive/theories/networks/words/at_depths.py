"""A claim about a network of symbolic depth: decided at several depths, each written out.

What is written out is derived without an induction, so that nothing of sums over layers is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from derive.claims.claim import Claim
from derive.claims.deciding import summed_up
from derive.claims.result import ComparisonResult, LineResult
from derive.errors import ClaimError
from derive.evidence.verdict import Verdict
from derive.theories.networks.description import Network, stream_graph
from derive.wording import shown

DEPTHS = (1, 2, 3)
"""With no copy between the ends of a block, with ends alone, and with one between."""
LAYERS = "L"
"""The name of the number of layers in the language of claims."""

Decide = Callable[[Claim], ComparisonResult]


def at_depths(claim: Claim, decide: Decide) -> ComparisonResult:
    """The answer to a claim at several depths; the first that does not agree, with its depth.

    Args:
        claim: About a network with repeated blocks; a depth may be assumed.
        decide: Answers a claim about a network of known depth.

    Raises:
        ClaimError: A depth that is assumed is no number, or has a name that means something else.
    """
    claim = _with_assumed(claim)
    if not claim.model.depths():
        return decide(claim)
    results = []
    for depths in _chosen(claim.model):
        told = " and ".join(f"{name} = {value}" for name, value in depths.items())
        try:
            result = decide(_written_out(claim, depths))
        except ClaimError as error:
            raise ClaimError(f"{error} (at {told}; to claim for one depth, assume it)") from None
        if result.verdict is not Verdict.AGREES:
            return replace(result, reason=f"at {told}: {result.reason}")
        results.append((told, result))
    lines = tuple(_together(found) for found in zip(*(r.lines for _, r in results), strict=True))
    *others, last = (told for told, _ in results)
    covered = f"{', '.join(others)} and {last}, written out; there: {results[-1][1].covered}"
    return replace(summed_up(claim, lines), covered=covered)


def _with_assumed(claim: Claim) -> Claim:
    """The claim with the depths that it assumes as numbers of its network."""
    values = {name: claim.assume[name] for name in claim.model.depths() if name in claim.assume}
    for name, value in values.items():
        if not (str(value).isascii() and str(value).isdigit()):
            raise ClaimError(
                f"{claim.source}: assume.{name}: {shown(value)} where a depth is due; give a "
                "whole number from 1"
            )
    network = claim.model.with_values({name: int(value) for name, value in values.items()})
    rest = {name: value for name, value in claim.assume.items() if name not in values}
    depths = {name: int(value) for name, value in values.items()}
    return _named(replace(claim, model=network, assume=rest), depths)


def _chosen(network: Network) -> Iterator[dict[str, int]]:
    """Unequal depths, where there are several."""
    for depth in DEPTHS:
        yield {name: depth + k for k, name in enumerate(network.depths())}


def _written_out(claim: Claim, depths: dict[str, int]) -> Claim:
    return _named(replace(claim, model=claim.model.with_values(depths)), depths)


def _named(claim: Claim, depths: dict[str, int]) -> Claim:
    """The claim with depths as symbols of its lines; L is one already, the number of layers."""
    if LAYERS in depths and not claim.model.depths():
        layers = len(stream_graph(claim.model).streams) - 1
        if layers != depths[LAYERS]:
            raise ClaimError(
                f"{claim.source}: the depth 'L' counts copies of a block, and L in claims counts "
                f"layers, here {layers} at L = {depths[LAYERS]}; call the depth otherwise, as 'D'"
            )
    own = {name: str(value) for name, value in depths.items() if name != LAYERS}
    return replace(claim, symbols={**own, **claim.symbols})


def _together(lines: Sequence[LineResult]) -> LineResult:
    """One line at all depths: the digits of the worst, the instances of all."""
    worst = min(lines, key=lambda line: line.digits)
    return replace(worst, instances=sum(line.instances for line in lines))
