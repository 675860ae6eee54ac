"""Certificates for streams that a symbolic number of copies share: networks written out decide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from derive.algebra import build
from derive.steps.compare import Agreement, guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.networks.derivation.certifying.instance import Numbers
from derive.theories.networks.derivation.repeat.composed import Member, SharedLayer
from derive.theories.networks.derivation.repeat.pieces import Block, number_symbol
from derive.theories.networks.derivation.repeat.proofs import Instances, listed, of_windows
from derive.theories.networks.derivation.theory import Theory


def of_change(layer: SharedLayer) -> Certificate:
    """The changes of variables of the windows, each of the first vectors of the stream."""
    cases = []
    for here in layer.windows:
        place = next(
            k
            for k, _ in enumerate(here.notation.streams())
            if here.stream_number(k) == layer.number
        )
        cases.append((here, f"overlaps G_{here.notation.graph.streams[place].name}"))
    return of_windows(cases, "the rule on the first vectors of the stream")


def of_equations(instances: Instances, windows: Certificate | None) -> Certificate:
    """Equations that are multiplied out, by gradients of networks written out."""

    def check(digits: int) -> Evidence:
        agreement = Agreement(digits)
        evidence = windows(digits) if windows else None
        for depth in instances.usable():
            theory = instances.written_out(depth).theory
            _, numbers = instances.numbers(depth)
            for layer in instances.theory.layers:
                if isinstance(layer, SharedLayer):
                    stream = instances.streams(depth, layer)[0][0]
                    right = instances.at(depth, layer.equation.right)
                    _compare_equation(agreement, theory, stream, (right, numbers))
        detail = "gradients of networks written out, between the overlaps, at depths "
        detail += listed(instances.usable())
        if evidence is not None:
            detail = f"{evidence.detail}; {detail}"
            return Evidence(min(evidence.digits, agreement.worst), detail)
        return agreement.evidence(detail)

    return guarded(check)


def _compare_equation(
    agreement: Agreement, theory: Theory, stream: int, ours: tuple[Any, Numbers]
) -> None:
    """G + G (dS/dG) G / N, with the gradient of the network written out."""
    right, numbers = ours
    overlap, width = theory.order_parameters[stream], theory.notation.width(stream)
    slope = build.scale(1 / width, theory.gradients[stream])
    expected = build.add(overlap, build.mul(overlap, slope, overlap))
    what = f"the equation of {overlap.name}"
    agreement.compare(what, agreement.value(right, numbers), agreement.value(expected, numbers))


def of_members(instances: Instances, windows: Certificate, keys: tuple[str, ...]) -> Certificate:
    """What holds near infinite width, copy by copy, by what holds for networks written out.

    The forces F have no counterpart there: each is worked out from those below it, and what they
    give, the force on every weight and the shift of its vectors, is compared.
    """

    def check(digits: int) -> Evidence:
        evidence, agreement = windows(digits), Agreement(digits)
        for depth in instances.usable():
            wide = instances.written_out(depth).theory.wide
            _, numbers = instances.numbers(depth)
            for name, value in (*wide.points, *wide.forces, *wide.corrections):
                numbers[name] = agreement.value(value, numbers)
            for layer in instances.theory.layers:
                if isinstance(layer, SharedLayer):
                    _compare_members(agreement, (instances, depth), layer, (numbers, keys))
        detail = f"{evidence.detail}; every copy at depths {listed(instances.usable())}"
        return Evidence(min(evidence.digits, agreement.worst), detail)

    return guarded(check)


def _compare_members(
    agreement: Agreement,
    here: tuple[Instances, int],
    layer: SharedLayer,
    given: tuple[Numbers, tuple[str, ...]],
) -> None:
    (instances, depth), (numbers, keys) = here, given
    for member in layer.members:
        for copy in _copies(member, instances.depths(depth)):
            for key in keys:
                for name, value in getattr(member, key):
                    left, right = (
                        instances.at(depth, member.window.indexed(x), copy) for x in (name, value)
                    )
                    number = agreement.value(right, numbers)
                    if left not in numbers and str(getattr(left, "name", "")).startswith("F_"):
                        numbers[left] = number
                        continue
                    what = f"{name.name} at depth {depth}"
                    agreement.compare(what, number, agreement.value(left, numbers))


def _copies(member: Member, depths: dict[str, int]) -> Iterator[dict[Any, int]]:
    """The numbers of a part's copies, the lowest first; one case for layers that stand once."""
    if not isinstance(member.part, Block):
        yield {}
        return
    known = {number_symbol(name): value for name, value in depths.items()}
    for number in range(1, int(member.part.copies.subs(known)) + 1):
        yield {member.part.index: number}
