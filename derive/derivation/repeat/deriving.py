"""The derivation for any depth: what the windows' rules did, in the order of an induction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy

from derive.algebra import build
from derive.algebra.nodes import LogNormal
from derive.derivation import statements
from derive.derivation.pipeline import RULES, Rules
from derive.derivation.repeat import proofs
from derive.derivation.repeat.derivation import RepeatedDerivation
from derive.derivation.repeat.induction import repeated_theory
from derive.derivation.repeat.parts import Block, Part
from derive.derivation.repeat.steps import Group, RepeatedStep, Summed, Term
from derive.derivation.repeat.theory import Layer, RepeatedTheory
from derive.derivation.repeat.window import Window
from derive.derivation.rules.chain import chain_form
from derive.derivation.rules.gaussian import find_normal
from derive.derivation.rules.start import prior
from derive.derivation.step import PROPORTIONAL, WIDE, Equation, Order, Step
from derive.network import Network

Text = tuple[str, str]


def derive_repeated(network: Network, rules: Rules = RULES) -> RepeatedDerivation:
    """Derive the theory of a network whose depth is a symbol.

    Args:
        network: At least one layer is repeated a symbolic number of times.
        rules: The rewriting rules.

    Raises:
        DescriptionError: The network cannot be cut into parts.
        RuleError: It is outside the theory.
    """
    theory = repeated_theory(network, rules)
    return RepeatedDerivation(network, theory, steps_of(network, theory, rules))


def steps_of(
    network: Network, theory: RepeatedTheory, rules: Rules = RULES
) -> tuple[RepeatedStep, ...]:
    """The steps that lead to a theory, each with its certificate."""
    return tuple(_Steps(theory, proofs.Instances(network, theory, rules)).all())


class _Steps:
    """Makes the steps, from those of the windows."""

    def __init__(self, theory: RepeatedTheory, instances: proofs.Instances) -> None:
        self.theory = theory
        self.instances = instances

    def all(self) -> Iterable[RepeatedStep]:
        """Every step in order."""
        yield self._start()
        yield self._integrate()
        yield from self._law()
        yield self._summed("exact law at any depth", statements.ANY_DEPTH, proofs.law_pairs, (
            ("law", r"\ln p"), ("constant", r"\text{constant}"),
        ))  # fmt: skip
        yield self._summed("proportional limit", statements.LIMIT, proofs.limit_pairs, (
            ("action", "S"), ("kept", statements.CONSTANT), ("dropped", statements.DROPPED),
        ), limit=PROPORTIONAL, also="proportional limit")  # fmt: skip
        yield self._stationarity()
        yield self._equations()
        if self.theory.scaled is not None:
            yield self._scaled()
        if self.theory.fixed_point is not None:
            yield self._closed()
        yield self._predictor()
        yield self._wide("infinite width", statements.INFINITE, "points")
        yield self._wide("first correction", statements.CORRECT, "forces", "shifts")

    def _step(self, name: str, text: Text, groups: Iterable[Group], proof: Any,
              limit: str = "") -> RepeatedStep:  # fmt: skip
        groups = tuple(groups)
        return RepeatedStep(
            name=name,
            statement=text[0],
            source=text[1],
            order=Order.LEADING if limit else Order.EXACT,
            before=tuple(e for group in groups for e in group.before),
            after=tuple(e for group in groups for e in group.after),
            certificate=proof,
            limit=limit,
            groups=groups,
        )

    def _start(self) -> RepeatedStep:
        terms, groups = [], []
        for part, _, here in self.theory.shares:
            own = here.weights_of(0)
            value = sympy.Add(*(prior(here.notation, k) for k in own))
            if part is self.theory.parts[0]:
                value += prior(here.notation, 0) + _given_weights(here)
            terms.append(Term(here, value, part if isinstance(part, Block) else None))
            defined = {here.notation.vectors(k) for k in own}
            found = [e for e in here.step("starting density").after if e.left in defined]
            if found:
                groups.append(Group(here, _where(part), (), tuple(found)))
        lowest = self.theory.lowest
        total = Group(lowest, "", (), (Equation(r"\ln p", Summed(tuple(terms))),))
        proof = proofs.of_start(self.instances)
        return self._step("starting density", statements.REPEATED_START, [total, *groups], proof)

    def _integrate(self) -> RepeatedStep:
        here = self.theory.lowest
        step = here.step("integrate V_0")
        group = Group(here, "", step.before, step.after)
        text = (step.statement, step.source)
        return self._step(step.name, text, [group], step.certificate)

    def _law(self) -> Iterable[RepeatedStep]:
        """From the readout down: condition and change variables in every part."""
        highest = len(self.theory.shares) - 1
        for place in range(highest, -1, -1):
            part, _, here = self.theory.shares[place]
            chosen = _own_steps(here)
            bare = _bare if place else lambda equations, _: equations
            groups = [
                Group(here, _where(part), bare(s.before, here), bare(s.after, here)) for s in chosen
            ]
            if not chosen:
                continue
            text = statements.BASE if place == highest else statements.BELOW
            name = "the layers below" if place == 0 else f"the layers of part {place + 1}"
            name = "base: the readout" if place == highest else name
            if isinstance(part, Block):
                text, name = statements.INDUCTION_STEP, f"step: copy {part.index}"
            proof = proofs.of_windows([(here, s.name) for s in chosen], "the rules on this window")
            yield self._step(name, text, groups, proof)

    def _summed(self, name: str, text: Text, pairs: Any, shown: Any, *,
                limit: str = "", also: str = "") -> RepeatedStep:  # fmt: skip
        equations = [Equation(title, self._total(key)) for key, title in shown]
        group = Group(self.theory.lowest, "", (), tuple(equations))
        proof = proofs.of_sums(
            self.instances, proofs.with_shown(self.theory, pairs, equations), also
        )
        return self._step(name, text, [group], proof, limit)

    def _total(self, key: str) -> Summed:
        """The shares of all parts, with what the labels bring."""
        terms = []
        for part, share, here in self.theory.shares:
            block = part if isinstance(part, Block) else None
            if share.plain[key] != 0:
                terms.append(Term(here, share.plain[key], block))
        own = _labels_share(self.theory.lowest, key)
        labels = [Term(self.theory.lowest, own)] if own != 0 else []
        return Summed((*labels, *terms))

    def _stationarity(self) -> RepeatedStep:
        groups = []
        for layer in self.theory.layers:
            step = layer.window.step("stationarity")
            groups.append(Group(layer.window, _range(layer), (), (step.after[layer.stream],)))
        windows = proofs.of_windows(
            [(layer.window, "stationarity") for layer in self.theory.layers],
            "differences of the windows' actions",
        )
        proof = proofs.of_layers(self.instances, windows, "gradient")
        return self._step("stationarity", statements.STATIONARY, groups, proof)

    def _equations(self) -> RepeatedStep:
        groups, cases = [], []
        for layer in self.theory.layers:
            step = _equation_step(layer)
            groups.append(Group(layer.window, _range(layer), (), step.after, step.moves))
            cases.append((layer.window, step.name))
        proof = proofs.of_windows(cases, "gradients and their partial traces")
        return self._step("saddle equations", statements.LAYER_EQUATIONS, groups, proof)

    def _scaled(self) -> RepeatedStep:
        here = self.theory.lowest
        equations = [
            Equation(statements.CHAIN_ACTION, self._total("scaled")),
            Equation(statements.CHAIN_SHIFT, self._total("shift")),
        ]
        groups = [Group(here, "", (), tuple(equations))]
        for layer in self.theory.layers:
            chain = layer.window.theory.chain
            assert chain is not None
            equation, scale = chain.equations[layer.stream], chain.scales[layer.stream]
            overlap = layer.window.notation.overlap(layer.stream)
            shown = (
                Equation(equation.overlap, build.scale(scale, overlap)),
                Equation(equation.overlap, equation.right),
                Equation(equation.flux, equation.flux_value),
            )
            groups.append(Group(layer.window, _range(layer), (), shown))
        proof = proofs.of_sums(
            self.instances, proofs.with_shown(self.theory, proofs.scaled_pairs, equations)
        )
        return self._step("papers' normalisation", statements.CHAIN, groups, proof)

    def _closed(self) -> RepeatedStep:
        closed, here = self.theory.fixed_point, self.theory.layers[0].window
        assert closed is not None
        lowest = here.theory.equations[0]
        shown = [Equation(closed.overlap, closed.right)]
        shown += [Equation(flux, value) for flux, value in closed.fluxes[1:]]
        shown.append(Equation(lowest.flux, lowest.flux_value))
        proof = proofs.of_closing(self.instances)
        group = Group(here, "", (), tuple(shown))
        return self._step("closed fixed point", statements.CLOSED, [group], proof)

    def _predictor(self) -> RepeatedStep:
        here = self.theory.lowest
        step = here.step("predictor")
        group = Group(here, "", (), step.after)
        text = (step.statement, step.source)
        return self._step("predictor", text, [group], step.certificate, step.limit)

    def _wide(self, name: str, text: Text, *keys: str) -> RepeatedStep:
        groups = []
        for layer in self.theory.layers:
            here, equations = layer.window, []
            for key in keys:
                letters = {"points": "Q", "forces": "Y", "shifts": "D"}[key]
                equations += _wide_equations(here, layer.stream, letters)
            groups.append(Group(here, _range(layer), (), tuple(equations)))
        cases = [(layer.window, name) for layer in self.theory.layers]
        proof = proofs.of_windows(cases, "gradients at the point, from widths that grow")
        return self._step(name, text, groups, proof, WIDE)


def _given_weights(here: Window) -> Any:
    """The labels given the weights, as the window's starting density has them."""
    (density,) = [e.right for e in here.step("starting density").after if e.left == r"\ln p"]
    return find_normal(density, here.notation.labels())


def _labels_share(here: Window, key: str) -> Any:
    """What the labels bring to a sum, in the symbols of the lowest window."""
    theory = here.theory
    if key == "law":
        return find_normal(theory.law.body, here.notation.labels())
    if key == "action":
        return theory.energy
    if key == "kept":
        return -here.notation.examples * sympy.log(2 * sympy.pi) / 2
    chain = chain_form(theory.energy, (), here.notation) if key == "scaled" else None
    return chain.action if chain is not None else sympy.S.Zero


def _own_steps(here: Window) -> list[Step]:
    """The steps that condition a window's own weights and change the variables of its streams."""
    notation = here.notation
    weights = {f"condition {notation.graph.weights[k].name}" for k in here.weights_of(0)}
    streams = {f"overlaps G_{notation.graph.streams[k].name}" for k in here.streams_of(0)}
    return [step for step in here.steps if step.name in weights | streams]


def _bare(equations: tuple[Equation, ...], here: Window) -> tuple[Equation, ...]:
    """The changed terms without the labels' law, which stands in for what is below."""
    labels = here.notation.labels()
    found = []
    for equation in equations:
        terms = sympy.Add.make_args(equation.right)
        kept = [t for t in terms if not (type(t) is LogNormal and t.args[0] == labels)]
        found.append(Equation(equation.left, sympy.Add(*kept)))
    return tuple(found)


def _equation_step(layer: Layer) -> Step:
    name = layer.window.notation.overlap(layer.stream).name
    return layer.window.step(f"saddle equation of {name}")


def _wide_equations(here: Window, stream: int, letter: str) -> list[Equation]:
    notation, wide = here.notation, here.theory.wide
    names = {f"{letter}_{notation.letter(k)}" for k in notation.graph.streams[stream].weights}
    pairs = (*wide.points, *wide.forces, *wide.corrections)
    return [Equation(name, value) for name, value in pairs if name.name in names]


def _where(part: Part) -> str:
    if not isinstance(part, Block):
        return ""
    return f"for ${part.index} = 1, \\dots, {part.copies}$"


def _range(layer: Layer) -> str:
    if layer.known is None:
        return ""
    known = layer.known
    return f"for ${known.index} = {known.first}, \\dots, {known.last}$"
