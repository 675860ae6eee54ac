"""Certificates at any depth: windows by those of the rules, sums by networks written out.

The networks written out are derived without an induction: nothing of sums, generic layers and their
numbers is used there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, NamedTuple

from derive.algebra import build, rebuild
from derive.errors import CertificateError
from derive.steps.compare import Agreement, exact, guarded
from derive.steps.step import Certificate, Evidence
from derive.theories.networks.derivation.certifying.instance import Instance, Numbers
from derive.theories.networks.derivation.certifying.instance import instances as samples_of
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.pipeline import RULES, Derived, Rules, derive_theory
from derive.theories.networks.derivation.repeat.composed import Layer, SharedLayer, composed_of
from derive.theories.networks.derivation.repeat.induction import chain_of
from derive.theories.networks.derivation.repeat.induction import of_layers as fields_of_layers
from derive.theories.networks.derivation.repeat.instantiate import at_depth
from derive.theories.networks.derivation.repeat.pieces import number_symbol
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.derivation.turns import choose_heads, showing
from derive.theories.networks.description import Network, stream_graph

DEPTHS = (1, 2, 3)
"""With no copy between the ends, with ends alone, and with one between."""
MOST_VECTORS = 20
"""The third is left out where a stream has more vectors: their number may grow like a power."""

FOLLOWS = 7 / 32
"""What the share rho changes by, in all of them."""

Pair = tuple[str, Any, Any]
"""(what, ours, that of the network written out)."""


class Instances:
    """A network at several depths, written out, and random numbers for each."""

    def __init__(self, network: Network, theory: Theory, rules: Rules = RULES) -> None:
        self.network, self.theory, self.rules = network, theory, rules
        self.composed = composed_of(theory)
        self.written_out = cache(self._written_out)

    def _written_out(self, depth: int) -> Derived:
        network = self.network.with_values(self.depths(depth))
        return derive_theory(network, Notation(stream_graph(network)), self.rules)

    def depths(self, depth: int) -> dict[str, int]:
        """Unequal numbers, where there are several depths."""
        return {name: depth + k for k, name in enumerate(self.network.depths())}

    def at(self, depth: int, expression: Any, numbers: dict[Any, int] | None = None) -> Any:
        """An expression of the theory in the symbols of the network written out."""
        known = {number_symbol(name): value for name, value in self.depths(depth).items()}
        notation = self.written_out(depth).theory.notation
        return at_depth(expression, {**known, **(numbers or {})}, notation)

    def streams(self, depth: int, layer: Layer) -> list[tuple[int, dict[Any, int]]]:
        """The streams of a kind of layer: place, and the number of the copy."""
        known = {number_symbol(name): value for name, value in self.depths(depth).items()}
        if layer.known is None:
            return [(int(layer.number.subs(known)) - 1, {})]
        last = int(layer.known.last.subs(known))
        streams = []
        for k in range(layer.known.first, last + 1):
            copy = {layer.known.index: k}
            streams.append((int(layer.number.subs({**known, **copy})) - 1, copy))
        return streams

    def numbers(self, depth: int) -> tuple[Instance, Numbers]:
        """Random sizes, data and overlaps, for chains also in the papers' normalisation."""
        return next(self.turns(depth))

    def turns(self, depth: int) -> Iterator[tuple[Instance, Numbers]]:
        """Such numbers with head counts in turns: log H is zero for one, and hides a factor."""
        theory = self.written_out(depth).theory
        samples = samples_of(theory.notation, 3 + depth, room=MOST_VECTORS)
        few = showing([s.heads for s in samples], ())  # two by two at the lesser depths alone
        for sample in (s for s in samples if depth <= 2 or s.heads in few):
            numbers = {**sample.sizes(), **sample.data(), **sample.overlaps()}
            pairs = zip(theory.order_parameters, theory.hessian.directions, strict=True)
            for overlap, direction in pairs:
                root = sample.array(*numbers[overlap].shape)
                numbers[direction] = root + root.T
            for symbol, _ in theory.hessian.followers:
                numbers[symbol] = FOLLOWS
            for place, scaled in enumerate(theory.chain.overlaps if theory.chain else ()):
                paths = sample.count(place) // theory.notation.outputs_apart
                numbers[scaled] = numbers[theory.order_parameters[place]] * paths
            yield sample, numbers

    @cached_property
    def chosen(self) -> tuple[int, ...]:
        """The depths at which the network is written out."""
        return tuple(d for d in DEPTHS if d <= 2 or self._vectors(d) <= MOST_VECTORS)

    def _vectors(self, depth: int) -> int:
        """The number of vectors of the largest stream in the certificates' instances."""
        graph = stream_graph(self.network.with_values(self.depths(depth)))
        heads = choose_heads(Notation(graph))
        return max(graph.vectors(stream, heads) for stream in graph.streams)

    def usable(self) -> tuple[int, ...]:
        """Depths at which every kind of layer exists."""
        least = {depth.name: number for depth, number in self.composed.least.items()}

        def has_all(depth: int) -> bool:
            return all(number >= least[name] for name, number in self.depths(depth).items())

        return tuple(filter(has_all, self.chosen)) or (max(least.values()),)


def of_windows(cases: Iterable[tuple[Window, str]], detail: str) -> Certificate:
    """The certificates of named steps of windows; each window's own network is their instance."""
    chosen = list(dict.fromkeys((id(here), name) for here, name in cases))
    known = {id(here): here for here, _ in cases}

    def check(digits: int) -> Evidence:
        worst = min(
            (known[key].step(name).certificate(digits).digits for key, name in chosen),
            default=digits,
        )
        return Evidence(worst, f"{detail}: {len(chosen)} certificates of neighbouring layers")

    return guarded(check)


class Quantity(NamedTuple):
    """What is a sum over the parts of a network.

    Attributes:
        what: In words.
        of: From a theory to it.
    """

    what: str
    of: Callable[[Any], Any]


QUANTITIES = {
    "law": Quantity("the law", lambda theory: theory.law.body),
    "constant": Quantity("its constant", lambda theory: theory.law.constant),
    "action": Quantity("the action", lambda theory: theory.action),
    "energy": Quantity("the energy", lambda theory: theory.energy),
    "kept": Quantity("the constant", lambda theory: theory.constant),
    "dropped": Quantity("what is dropped", lambda theory: theory.dropped),
    "scaled": Quantity("the papers' action", lambda theory: theory.chain.action),
    "shift": Quantity("what it leaves out", lambda theory: theory.chain.shift),
    "both": Quantity("the action of both", lambda theory: _of_both(theory)),
}
"""By the field of a share, where there is one."""


def _of_both(theory: Theory) -> Any:
    """S: of several parts by the papers' action and what that leaves out."""
    chain = None if theory.composed is None else theory.chain
    return theory.action if chain is None else chain.action + chain.shift


def of_sums(instances: Instances, shown: Mapping[str, Any], also: str = "") -> Certificate:
    """Sums over layers against networks written out, at random numbers.

    Args:
        instances: The network at several depths.
        shown: What is shown of some quantities, term by term; None for what is not shown.
        also: A step of the network written out whose certificate is run at one depth: 2, or 1
            where copies share a stream, whose vectors soon are many.
    """
    shared = any(isinstance(layer, SharedLayer) for layer in instances.theory.layers)
    one = 1 if shared else 2

    def check(digits: int) -> Evidence:
        agreement = Agreement(digits)
        for depth in instances.chosen:
            theory = instances.written_out(depth).theory
            pairs = _pairs(instances.theory, theory, shown)
            placed = [(what, instances.at(depth, x), y) for what, x, y in pairs]
            for _, numbers in instances.turns(depth):
                for what, ours, theirs in placed:
                    value, expected = (agreement.value(x, numbers) for x in (ours, theirs))
                    agreement.compare(f"{what} at depth {depth}", value, expected)
        detail = f"against networks written out, depths {listed(instances.chosen)}"
        if also:
            step = next(s for s in instances.written_out(one).steps if s.name == also)
            detail += f"; at depth {one} {step.certificate(digits).detail}"
        return agreement.evidence(detail)

    return guarded(check)


def _pairs(theory: Theory, known: Theory, shown: Mapping[str, Any]) -> Iterator[Pair]:
    """What a theory has, and what is shown of it where that is written otherwise."""
    for key, total in shown.items():
        what, of = QUANTITIES[key]
        yield what, of(theory), of(known)
        written = None if total is None else total.indexed()
        if written not in (None, of(theory)):
            yield f"{what}, as shown,", written, of(known)


def listed(depths: tuple[int, ...]) -> str:
    """Numbers in a row."""
    return ", ".join(map(str, depths))


def of_layers(
    instances: Instances, windows: Certificate, name: str, of: Callable[[Theory], Any]
) -> Certificate:
    """The windows' certificates, and every stream of a network written out, at random numbers.

    What is shown of a layer comes from its window; it must be what the theory says of it.

    Args:
        instances: The network at several depths.
        windows: The windows' certificates.
        name: What is compared.
        of: From a theory to it, kind by kind or stream by stream.
    """

    def check(digits: int) -> Evidence:
        evidence, agreement = windows(digits), Agreement(digits)
        _require_of_layers(instances.theory)
        for depth in instances.usable():
            theory = instances.written_out(depth).theory
            _, numbers = instances.numbers(depth)
            _require_each_once(instances, depth)
            pairs = zip(instances.theory.layers, of(instances.theory), strict=True)
            for layer, found in pairs:
                for stream, copy in instances.streams(depth, layer):
                    value = agreement.value(instances.at(depth, found, copy), numbers)
                    expected = agreement.value(of(theory)[stream], numbers)
                    agreement.compare(f"the {name} of {layer.title}", value, expected)
        detail = f"{evidence.detail}; all streams at depths {listed(instances.usable())}"
        return Evidence(min(evidence.digits, agreement.worst), detail)

    return guarded(check)


def _require_of_layers(theory: Theory) -> None:
    """What a theory says of its layers is what their windows do, which is shown."""
    composed, chain = composed_of(theory), theory.chain
    for name, made in fields_of_layers(composed).items():
        if getattr(theory, name) != made:
            raise CertificateError(f"{name}: they are not those of the layers")
    if chain is not None and chain.equations != chain_of(composed).equations:
        raise CertificateError("the papers' equations are not those of the layers")


def _require_each_once(instances: Instances, depth: int) -> None:
    places = [k for layer in instances.theory.layers for k, _ in instances.streams(depth, layer)]
    count = len(instances.written_out(depth).theory.order_parameters)
    if sorted(places) != list(range(count)):
        streams = listed(tuple(k + 1 for k in sorted(places)))
        raise CertificateError(f"equations of streams {streams} at depth {depth}, of {count}")


def of_start(instances: Instances) -> Certificate:
    """The starting densities of networks written out, by a plain forward pass."""

    def check(digits: int) -> Evidence:
        evidences = [instances.written_out(d).steps[0].certificate(digits) for d in DEPTHS[:2]]
        worst = min(evidence.digits for evidence in evidences)
        return Evidence(worst, f"at depths {listed(DEPTHS[:2])}: {evidences[0].detail}")

    return guarded(check)


def of_closing(instances: Instances) -> Certificate:
    """From the top down, with random fluxes below: one equation after another gives the same."""

    def check(digits: int) -> Evidence:
        agreement, closed = Agreement(digits), instances.composed.fixed_point
        assert closed is not None
        for depth in instances.chosen:
            theory = instances.written_out(depth).theory
            sample, numbers = instances.numbers(depth)
            lowest = theory.equations[0]
            count = sample.count(0)
            ours = agreement.value(instances.at(depth, closed.flux_value), numbers)
            theirs = agreement.value(lowest.flux_value, numbers)
            agreement.compare(f"the lowest flux at depth {depth}", ours, theirs)
            numbers[lowest.flux] = exact(agreement.arithmetic, sample.array(count, count))
            for equation in theory.equations[1:]:
                numbers[equation.flux] = agreement.value(equation.flux_value, numbers)
            for (flux, value), layer in zip(closed.fluxes, instances.theory.layers, strict=True):
                for stream, copy in instances.streams(depth, layer):
                    number = agreement.value(instances.at(depth, value, copy), numbers)
                    expected = numbers[theory.equations[stream].flux]
                    agreement.compare(f"{flux.name} at depth {depth}", number, expected)
            for equation in reversed(theory.equations):  # the right-hand sides are not symmetric
                numbers[equation.overlap] = _substituted(agreement, equation, theory, numbers)
            number = agreement.value(instances.at(depth, closed.right), numbers)
            agreement.compare(f"the fixed point at depth {depth}", number, numbers[lowest.overlap])
        return agreement.evidence("one equation after another, from the top down, random fluxes")

    return guarded(check)


def _substituted(agreement: Agreement, equation: Any, theory: Any, numbers: Numbers) -> Any:
    """A right-hand side with what was found above in the place of the overlaps there."""
    plain = {g: build.matrix_symbol(f"any_{g.name}", *g.shape) for g in theory.order_parameters}
    values = {**numbers, **{plain[g]: numbers[g] for g in plain}}
    return agreement.value(rebuild(equation.right, plain.get), values)
