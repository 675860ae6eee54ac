"""The derivation for any depth: what the windows' rules did, in the order of an induction."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import sympy

from derive.algebra import build
from derive.steps.step import Equation, Group, Order, Step
from derive.theories.networks.derivation.labels import (
    CHAIN_ACTION,
    CHAIN_SHIFT,
    CONSTANT,
    DROPPED,
    VOLUME,
    slope_name,
)
from derive.theories.networks.derivation.pipeline import RULES, Rules
from derive.theories.networks.derivation.repeat import proofs, shared_proofs
from derive.theories.networks.derivation.repeat.composed import SharedLayer, composed_of
from derive.theories.networks.derivation.repeat.pieces import Block, Part, generic
from derive.theories.networks.derivation.repeat.statements import (
    ANY_DEPTH,
    BASE,
    BASE_WITHIN,
    BELOW,
    CLOSED,
    FORCE,
    INDUCTION_STEP,
    LAYER_EQUATIONS,
    POINT,
    REPEATED_START,
    SHARED_CHANGE,
    WITHIN,
    WITHIN_STEP,
)
from derive.theories.networks.derivation.repeat.summed import Summed, Term
from derive.theories.networks.derivation.repeat.taken import (
    below_vectors,
    equation_step,
    only,
    own_steps,
    range_of,
    where_of,
    whole_near,
    wide_equations,
    without_labels,
)
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.rules.chain.statement import CHAIN
from derive.theories.networks.derivation.rules.change.statement import CHANGE_PROJECTED
from derive.theories.networks.derivation.rules.hessian.statement import HESSIAN, hessian_equations
from derive.theories.networks.derivation.rules.proportional.statement import LIMIT
from derive.theories.networks.derivation.rules.share.statement import PROJECTIONS
from derive.theories.networks.derivation.rules.start.rewrite import prior
from derive.theories.networks.derivation.rules.stationarity.statement import STATIONARY
from derive.theories.networks.derivation.rules.wide.statement import CORRECT, INFINITE
from derive.theories.networks.derivation.state import PROPORTIONAL, WIDE
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network

Text = tuple[str, str]


def steps_of(network: Network, theory: Theory, rules: Rules = RULES) -> tuple[Step, ...]:
    """The steps that lead to a theory, each with its certificate."""
    return tuple(_Steps(theory, proofs.Instances(network, theory, rules)).all())


class _Steps:
    """Makes the steps, from those of the windows."""

    def __init__(self, theory: Theory, instances: proofs.Instances) -> None:
        self.theory, self.composed = theory, composed_of(theory)
        self.instances = instances
        self.model = ""
        self.shared = [layer for layer in theory.layers if isinstance(layer, SharedLayer)]

    def all(self) -> Iterable[Step]:
        """Every step in order."""
        yield self._start()
        yield from self._below()
        yield from self._law()
        if self.composed.lowest.notation.has_mean:
            yield from self._projections()
        law = {"law": r"\ln p", "constant": r"\text{constant}"}
        yield self._summed("exact law at any depth", ANY_DEPTH, law)
        limit = {"action": "S", "kept": CONSTANT, "dropped": DROPPED}
        yield self._summed("proportional limit", LIMIT, limit, also="energy")
        yield self._stationarity()
        yield self._equations()
        if self.theory.chain is not None:
            yield self._scaled()
        if self.composed.fixed_point is not None:
            yield self._closed()
        yield self._predictor()
        yield self._wide("infinite width", self._said(INFINITE, POINT),
                         "points")  # fmt: skip
        yield self._wide("first correction", self._said(CORRECT, FORCE),
                         "forces", "shifts")  # fmt: skip
        yield self._hessian()

    def _said(self, text: Text, more: str) -> Text:
        """A statement, with what there is to say of shared streams."""
        return (f"{text[0]} {more}", text[1]) if self.shared else text

    def _step(self, name: str, text: Text, groups: Iterable[Group], proof: Any,
              limit: str = "") -> Step:  # fmt: skip
        groups = tuple(groups)
        return Step(
            name=name,
            statement=text[0],
            source=text[1],
            order=Order.LEADING if limit else Order.EXACT,
            before=tuple(e for group in groups for e in group.before),
            after=tuple(e for group in groups for e in group.after),
            certificate=proof,
            limit=limit,
            parts=groups,
            model=self.model,
        )

    def _start(self) -> Step:
        terms, groups = [], []
        for part, _, here in self.composed.shares:
            own = here.weights_of(0)
            here = self.composed.lowest if part is self.composed.parts[0] else here
            value = sympy.Add(*(prior(here.notation, k) for k in own))
            if part is self.composed.parts[0]:
                value += below_vectors(here)
            terms.append(Term(here, value, part if isinstance(part, Block) else None))
            defined = {here.notation.vectors(k) for k in own}
            equations = [e for e in here.step("starting density").after if e.left in defined]
            if equations:
                groups.append(Group(here, where_of(part), (), tuple(equations)))
        lowest = self.composed.lowest
        total = Group(lowest, "", (), (Equation(r"\ln p", Summed(tuple(terms))),))
        proof = proofs.of_start(self.instances)
        return self._step("starting density", REPEATED_START, [total, *groups], proof)

    def _below(self) -> Iterable[Step]:
        """What is done with the first layer, as the lowest window has it."""
        here = self.composed.lowest
        names = [step.name for step in here.steps]
        for step in here.steps[1 : names.index("integrate V_0") + 1]:
            group = Group(here, "", step.before, step.after)
            text = (step.statement, step.source)
            self.model = step.model
            yield self._step(step.name, text, [group], step.certificate, step.limit)

    def _law(self) -> Iterable[Step]:
        """From the readout down: condition and change variables in every part."""
        highest = len(self.composed.shares) - 1
        for place in range(highest, -1, -1):
            part, _, here = self.composed.shares[place]
            chosen = own_steps(here)
            bare = without_labels if place else lambda equations, _: equations
            groups = [
                Group(here, where_of(part), bare(s.before, here), bare(s.after, here))
                for s in chosen
            ]
            if not chosen:
                continue
            text = BASE if place == highest else BELOW
            name = "the layers below" if place == 0 else f"the layers of part {place + 1}"
            name = "base: the readout" if place == highest else name
            within = generic(part).within
            if not here.streams_of(0) or within:
                text = BASE_WITHIN if place == highest else WITHIN
            if isinstance(part, Block):
                name = f"step: copy {part.index}"
                text = WITHIN_STEP if within else INDUCTION_STEP
            proof = proofs.of_windows([(here, s.name) for s in chosen], "the rules on this window")
            yield self._step(name, text, groups, proof)
            yield from self._change(part)

    def _projections(self) -> Iterable[Step]:
        """Of the vectors that read features with a mean: as variables, and at given overlaps."""
        here = self.composed.lowest
        change = here.step(f"overlaps {here.notation.overlap(0).name}")
        group = Group(here, "", without_labels(change.before, here), change.after)
        name = f"{change.name} and projections"
        yield self._step(name, CHANGE_PROJECTED, [group], change.certificate)
        step = here.step("projections")
        old, new = (
            Equation(r"\text{terms of } S", only(one, other))
            for one, other in permutations([step.before[0].right, step.after[0].right])
        )
        group = Group(here, "", (old,), (new, *step.after[1:]))
        yield self._step(step.name, PROJECTIONS, [group], step.certificate)

    def _change(self, part: Part) -> Iterable[Step]:
        """The change of variables in the stream in which a part is the lowest."""
        for layer in self.shared:
            if layer.parts[0] is not part:
                continue
            share, here = layer.volume
            value = share.plain["law"] + share.plain["constant"]
            group = Group(here, "", (), (Equation(VOLUME, value),))
            proof = shared_proofs.of_change(layer)
            name = f"overlaps {here.whole.name}"
            yield self._step(name, SHARED_CHANGE, [group], proof)

    def _summed(self, name: str, text: Text, titles: dict[str, str], also: str = "") -> Step:
        """A step that shows sums, by fields of shares; with the energy it is the limit of S."""
        shown = {key: self._total(key) for key in titles}
        group = self._group_of(shown, titles)
        if also:
            proof = proofs.of_sums(self.instances, {**shown, also: None}, name)
            return self._step(name, text, [group], proof, PROPORTIONAL)
        return self._step(name, text, [group], proofs.of_sums(self.instances, shown))

    def _group_of(self, shown: dict[str, Summed], titles: dict[str, str]) -> Group:
        equations = tuple(Equation(titles[key], total) for key, total in shown.items())
        return Group(self.composed.lowest, "", (), equations)

    def _total(self, key: str) -> Summed:
        """The shares of all parts, with what the labels bring."""
        terms = []
        for part, share, here in self.composed.shares:
            block = part if isinstance(part, Block) else None
            if share.plain[key] != 0:
                terms.append(Term(here, share.plain[key], block))
        volumes = [(layer.volume[0].plain[key], layer.volume[1]) for layer in self.shared]
        terms += [Term(here, value) for value, here in volumes if value != 0]
        own = self.composed.labels.plain[key]
        labels = [Term(self.composed.lowest, own)] if own != 0 else []
        return Summed((*labels, *terms))

    def _stationarity(self) -> Step:
        groups = []
        for layer in self.theory.layers:
            if isinstance(layer, SharedLayer):
                left = slope_name(layer.window.whole)
                groups.append(Group(layer.window, "", (), (Equation(left, layer.slopes),)))
                continue
            step = layer.window.step("stationarity")
            groups.append(Group(layer.window, range_of(layer), (), (step.after[layer.stream],)))
        windows = proofs.of_windows(
            [(here, "stationarity") for layer in self.theory.layers for here in layer.windows],
            "differences of the windows' actions",
        )
        proof = proofs.of_layers(
            self.instances, windows, "gradient", lambda theory: theory.gradients
        )
        return self._step("stationarity", STATIONARY, groups, proof)

    def _equations(self) -> Step:
        groups, cases = [], []
        for layer in self.theory.layers:
            if isinstance(layer, SharedLayer):
                shown = (Equation(layer.window.whole, layer.products),)
                groups.append(Group(layer.window, "", (), shown, layer.equation.moves))
                continue
            step = equation_step(layer)
            groups.append(Group(layer.window, range_of(layer), (), step.after, step.moves))
            cases.append((layer.window, step.name))
        proof = proofs.of_windows(cases, "gradients and their partial traces")
        if self.shared:
            proof = shared_proofs.of_equations(self.instances, proof if cases else None)
        reasons = " ".join(layer.equation.reason for layer in self.shared)
        text = self._said(LAYER_EQUATIONS, reasons)
        return self._step("saddle equations", text, groups, proof)

    def _scaled(self) -> Step:
        shown = {key: self._total(key) for key in ("scaled", "shift")}
        groups = [self._group_of(shown, {"scaled": CHAIN_ACTION, "shift": CHAIN_SHIFT})]
        for layer in self.theory.layers:
            chain = layer.window.theory.chain
            assert chain is not None
            equation, scale = chain.equations[layer.stream], chain.scales[layer.stream]
            overlap = layer.window.notation.overlap(layer.stream)
            own = (
                Equation(equation.overlap, build.scale(scale, overlap)),
                Equation(equation.overlap, equation.right),
                Equation(equation.flux, equation.flux_value),
            )
            groups.append(Group(layer.window, range_of(layer), (), own))
        proof = proofs.of_sums(self.instances, {**shown, "both": None})
        return self._step("papers' normalisation", CHAIN, groups, proof)

    def _closed(self) -> Step:
        closed, here = self.composed.fixed_point, self.theory.layers[0].window
        assert closed is not None
        lowest = here.theory.equations[0]
        shown = [Equation(closed.overlap, closed.right)]
        shown += [Equation(flux, value) for flux, value in closed.fluxes[1:]]
        shown.append(Equation(lowest.flux, lowest.flux_value))
        proof = proofs.of_closing(self.instances)
        group = Group(here, "", (), tuple(shown))
        return self._step("closed fixed point", CLOSED, [group], proof)

    def _predictor(self) -> Step:
        here = self.composed.lowest
        step = here.step("predictor")
        group = Group(here, "", (), step.after)
        text = (step.statement, step.source)
        return self._step("predictor", text, [group], step.certificate, step.limit)

    def _wide(self, name: str, text: Text, *keys: str) -> Step:
        groups: list[Group] = []
        for layer in self.theory.layers:
            if isinstance(layer, SharedLayer):
                groups += self._of_shared(layer, keys)
                continue
            here, equations = layer.window, []
            for key in keys:
                letters = {"points": "Q", "forces": "Y", "shifts": "D"}[key]
                equations += wide_equations(here, layer.stream, letters)
            groups.append(Group(here, range_of(layer), (), tuple(equations)))
        cases = [(here, name) for layer in self.theory.layers for here in layer.windows]
        proof = proofs.of_windows(cases, "gradients at the point, from widths that grow")
        if self.shared:
            proof = shared_proofs.of_members(self.instances, proof, keys)
        return self._step(name, text, groups, proof, WIDE)

    def _hessian(self) -> Step:
        lowest = self.composed.lowest
        *first, _, _ = followed = hessian_equations(lowest.theory.hessian, lowest.notation)
        streams = len(lowest.notation.streams())
        groups = [Group(lowest, "", (), tuple(first[:-streams]))]
        for layer in self.theory.layers:
            here: Window = layer.window
            value: Any = here.theory.hessian.changes[layer.stream]
            overlap = here.notation.overlap(layer.stream)
            if isinstance(layer, SharedLayer):
                value, overlap = layer.changes, here.whole
            left = f"d({slope_name(overlap)})"
            groups.append(Group(here, range_of(layer), (), (Equation(left, value),)))
        groups.append(Group(lowest, "", (), followed[-2:]))
        windows = proofs.of_windows(
            [
                (lowest, "Hessian"),
                *((here, "Hessian") for layer in self.theory.layers for here in layer.windows),
            ],
            "differences of the windows' gradients",
        )
        proof = proofs.of_layers(
            self.instances, windows, "change", lambda theory: theory.hessian.changes
        )
        return self._step("Hessian", HESSIAN, [g for g in groups if g.after], proof)

    @staticmethod
    def _of_shared(layer: SharedLayer, keys: tuple[str, ...]) -> Iterable[Group]:
        """What holds near infinite width for a stream that copies share, part by part."""
        yield Group(layer.window, "", (), (whole_near(layer, shifted="shifts" in keys),))
        for member in layer.members:
            pairs = [pair for key in keys for pair in getattr(member, key)]
            shown = tuple(Equation(name, value) for name, value in pairs)
            if shown:
                yield Group(member.window, where_of(member.part), (), shown)
