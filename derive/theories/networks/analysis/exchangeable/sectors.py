"""Kernels of paths by the sectors of exchangeable heads.

That kernels are invariant is used where they occur: there, and only there, the data must have the
symmetry.
"""

from __future__ import annotations

from typing import Any

from sympy import Identity, Trace

from derive.algebra import build
from derive.algebra.kinds import Node, Size
from derive.algebra.rules import register
from derive.errors import NoRule
from derive.symmetry import sectors
from derive.symmetry.permutations import Sector
from derive.symmetry.sectors import is_number
from derive.theories.networks.analysis.exchangeable.symmetry import Symmetry
from derive.theories.networks.nodes import (
    Attended,
    PathKernel,
    PathProjection,
    path_kernel,
    path_projection,
)


class Splitting(sectors.Splitting):
    """One pass over expressions: every node is split once.

    Args:
        symmetry: The permutations.
        rules: From node types to rules; replace one to see what depends on it.
    """

    symmetry: Symmetry

    def kernel(self, sector: Sector) -> Any:
        """K_S, over training examples."""
        data = self.symmetry.notation.data()
        return build.overlap(f"K_{self.symmetry.label(data.paths, sector)}", data.examples)

    def data(self, sector: Sector) -> Any:
        """The attended inputs of a sector: N_0 prod (H_l - 1) features, k_S paths."""
        data, symmetry = self.symmetry.notation.data(), self.symmetry
        features = data.features * symmetry.multiplicity(sector)
        name = f"X_{symmetry.label(data.paths, sector)}"
        return Attended(name, data.examples, features, self.count(data.paths, sector))


def _require_training(run: Splitting, node: Node) -> None:
    if set(node.args[1:]) != {run.symmetry.notation.data()}:
        raise NoRule(f"split by sectors has no rule for {node}: its data are no training examples")


def _path_kernel(run: Splitting, node: Node) -> Any:
    """A kernel is the sum of those of the sectors."""
    _require_training(run, node)
    parts = []
    for sector, block in run.of(node.args[0]).items():
        number = build.trace(block)
        if is_number(block.shape[0]) and not number.has(Trace):
            parts.append(build.scale(number, run.kernel(sector)))
        else:
            data = run.data(sector)
            parts.append(path_kernel(block, data, data))
    return build.add(*parts)


def _path_projection(run: Splitting, node: Node) -> Any:
    """The adjoint, divided by what a trace over vectors multiplies."""
    _require_training(run, node)
    inner, symmetry = run.of(node.args[0]), run.symmetry

    def make(sector: Sector, size: Size) -> Any:
        share = 1 / symmetry.multiplicity(sector)
        if is_number(size):
            number = build.trace(build.mul(inner, run.kernel(sector)))
            return build.scale(share * number, Identity(1))
        data = run.data(sector)
        return build.scale(share, path_projection(inner, data, data))

    return run.blocks(node.shape[0], make)


register(PathKernel, split=_path_kernel)
register(PathProjection, split=_path_projection)
