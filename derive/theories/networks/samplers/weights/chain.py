"""One chain of weights: block Gibbs sweeps, and moves that no label sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.sampling.draws import Array
from derive.sampling.recording import Reading
from derive.theories.networks.description import Data
from derive.theories.networks.samplers.weights.conditional import Design, draw_conditional
from derive.theories.networks.samplers.weights.model import Model, Tensors
from derive.theories.networks.samplers.weights.moves import move


@dataclass(eq=False)
class Chain:
    """The state of one chain.

    Attributes:
        model: The network.
        data: Attended inputs and labels.
        generator: Its own.
        tensors: The weights, with a leading axis of length one.
        free: Whether to move along directions in which no output changes.
    """

    model: Model
    data: Data = field(repr=False)
    generator: np.random.Generator = field(repr=False)
    tensors: Tensors = field(repr=False)
    free: bool = True

    @classmethod
    def start(cls, model: Model, data: Data, generator: np.random.Generator) -> Chain:
        """From the prior: far from where the labels lead, and from the other chains."""
        weights = range(len(model.graph.weights))
        return cls(model, data, generator, [model.prior(generator, k)[None] for k in weights])

    def sweep(self) -> None:
        """Draw every weight once, from the input's to the readout."""
        self._blocks(self.data.labels)
        if self.free:
            for stream in range(len(self.model.graph.streams)):
                move(self.model, stream, self.tensors, self.generator)

    def _blocks(self, labels: Array) -> None:
        model, tensors = self.model, self.tensors
        vectors = model.vectors(tensors)
        attended = self.data.of_paths()
        active: dict[int, Array] = {0: attended.transpose(2, 0, 1)[None]}
        outputs = model.outputs(tensors, attended)[0]
        for item in model.graph.weights:
            weight = item.index
            z = active.pop(weight)
            design = Design.of(model, weight, model.acted(weight, vectors, 1)[0], z[0])
            rest = outputs - design.forward(tensors[weight][0])
            drawn = draw_conditional(
                design,
                labels - rest,
                model.prior(self.generator, weight),
                variance=model.numbers.variances[weight],
                temperature=model.numbers.temperature,
                generator=self.generator,
            )
            outputs = rest + design.forward(drawn)
            tensors[weight] = drawn[None]
            model.spread(weight, model.up(weight, tensors[weight], z), active)

    def predictions(self) -> Array:
        """f on the test examples, shape (P_*,)."""
        if self.data.attended_test is None:
            return np.zeros(0)
        return np.asarray(self.model.outputs(self.tensors, self.data.of_paths(test=True))[0])

    def reading(self) -> Reading:
        """Overlaps and outputs; given the weights the outputs are known."""
        outputs = self.predictions()
        return self.overlaps(), outputs, np.zeros_like(outputs)

    def overlaps(self) -> tuple[Array, ...]:
        """G_s of every stream."""
        return tuple(overlap[0] for overlap in self.model.overlaps(self.tensors))

    def state(self) -> dict[str, Any]:
        """What the chain goes on from."""
        return {
            "tensors": [tensor.copy() for tensor in self.tensors],
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.tensors = [tensor.copy() for tensor in state["tensors"]]
        self.generator.bit_generator.state = state["generator"]
