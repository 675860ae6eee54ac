"""Rules applied in turn up to the exact law, each application recorded as a step."""

from __future__ import annotations

from typing import Any

import sympy

from derive.steps.pages import CHANGED
from derive.steps.step import Equation, Order, Step
from derive.theories.networks.derivation import certificates
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.change.statement import CHANGE, CHANGE_PROJECTED
from derive.theories.networks.derivation.rules.condition.statement import CONDITION
from derive.theories.networks.derivation.rules.features.statement import features_replaced
from derive.theories.networks.derivation.rules.integrate.statement import INTEGRATE
from derive.theories.networks.derivation.rules.start.statement import START, START_FEATURES
from derive.theories.networks.derivation.ruleset import Rules
from derive.theories.networks.derivation.state import PROPORTIONAL, State
from derive.theories.networks.description import Features, Network


class Recorder:
    """Applies rules in turn and records a step for each."""

    def __init__(self, network: Network, notation: Notation, rules: Rules) -> None:
        self.network = network
        self.rules = rules
        self.notation = notation
        self.steps: list[Step] = []
        self.model = ""

    def exact_law(self) -> State:
        """The exact law of labels and overlaps, by all rules up to the last change of variables."""
        rules, notation = self.rules, self.notation
        state = rules.start(notation)
        self._start(state)
        state = self._features(state)
        after = rules.integrate(state)
        proof = certificates.integrate(state, after)
        self._rewrite(state, after, "integrate V_0", INTEGRATE, proof)
        state = after
        for weight in notation.inner_weights():
            after = rules.condition(state, weight.index)
            proof = certificates.condition(state, after, weight.index)
            self._rewrite(state, after, f"condition {weight.name}", CONDITION, proof)
            state = after
        for stream in reversed(notation.streams()):
            after = rules.change(state, stream.index)
            proof = certificates.change(state, after, stream.index)
            projected = notation.projected(stream.index)
            text = CHANGE_PROJECTED if projected else CHANGE
            self._rewrite(state, after, f"overlaps G_{stream.name}", text, proof)
            state = after
        return state

    def _start(self, state: State) -> None:
        after = [Equation(r"\ln p", state.body)]
        after += [Equation(vectors, value) for vectors, value in state.definitions]
        nonlinear = state.notation.graph.weights[0].nonlinear
        text = START_FEATURES if nonlinear else START
        self.steps.append(
            Step(
                name="starting density",
                statement=text[0],
                source=text[1],
                order=Order.EXACT,
                before=(),
                after=tuple(after),
                certificate=certificates.start(self.network, state),
            )
        )

    def _features(self, state: State) -> State:
        """Gaussian features in the place of those of a nonlinear first layer."""
        layer = self.network.layers[0]
        if not isinstance(layer, Features):
            return state
        after = self.rules.features(state)
        proof = certificates.gaussian_features(layer, state, after)
        text = features_replaced(layer)
        self._rewrite(state, after, "Gaussian features", text, proof, PROPORTIONAL)
        self.model = "Gaussian features"  # of which all that follows speaks
        return after

    def _rewrite(
        self, before: State, after: State, name: str, text: Any, proof: Any, limit: str = ""
    ) -> None:
        old, new = _terms(before), _terms(after)
        self.steps.append(
            Step(
                name=name,
                statement=text[0],
                source=text[1],
                order=Order.LEADING if limit else Order.EXACT,
                before=_changed(old, new),
                after=_changed(new, old),
                certificate=proof,
                limit=limit,
                model=self.model,
            )
        )

    def record(self, name: str, text: Any, proof: Any, **fields: Any) -> None:
        """Add a step."""
        fields = {"order": Order.EXACT, "before": (), "model": self.model, **fields}
        self.steps.append(
            Step(name=name, statement=text[0], source=text[1], certificate=proof, **fields)
        )


def _terms(state: State) -> list[Any]:
    return list(sympy.Add.make_args(state.body + state.constant))


def _changed(here: list[Any], there: list[Any]) -> tuple[Equation, ...]:
    others = set(there)
    gone = [term for term in here if term not in others]
    return (Equation(CHANGED, sympy.Add(*gone)),) if gone else ()
