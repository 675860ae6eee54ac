"""Kinds of layers written in Python: applied, certified, and one line for a wrong answer."""

from dataclasses import dataclass, make_dataclass

import numpy as np
import pytest

from derive.errors import DataError, DescriptionError
from derive.theories.networks.derivation import derive
from derive.theories.networks.derivation.deriving import derive as derive_any
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Network,
    Readout,
    Repeat,
    Residual,
    Weighted,
    attended_inputs,
    stream_graph,
)


@dataclass(frozen=True)
class Reversed(Weighted):
    """One branch, which is not the identity."""

    variance: float | str
    width: int | str | None = None

    def operators(self, data, tokens):
        return np.eye(tokens)[None, None, ::-1]


@dataclass(frozen=True)
class Lags(Weighted):
    """The number of branches is the user's choice; each needs a number per example."""

    lags: int | str
    variance: float | str
    width: int | str | None = None
    counted = "lags"
    needs = "strengths"

    def data_shape(self, tokens):
        return (self.lags,)

    def operators(self, data, tokens):
        shifts = [np.eye(tokens, k=k) for k in range(self.lags)]
        return data[:, :, None, None] * np.array(shifts)


def network(*layers, token="last"):
    return Network((Embedding(5, 1.2), *layers, Readout(0.9, token)), 0.1)


def test_one_branch_that_is_no_identity_is_applied_and_certified():
    found = network(Reversed(1.1, 6), token="first")
    inputs = np.arange(12.0).reshape(1, 3, 4)
    np.testing.assert_array_equal(attended_inputs(found, inputs, [])[0, :, 0], inputs[0, :, -1])
    evidence = derive(found).certify(15)
    assert "forward pass" in evidence[0].detail
    assert stream_graph(found).weights[1].branched


def test_a_count_that_is_a_symbol_and_data_of_its_own():
    found = network(Lags("K", 1.1, 6), Residual((Attention(2, 0.7),)))
    assert all(evidence.digits >= 15 for evidence in derive(found).certify(15)[:4])
    found = found.with_values({"K": 3})
    generator = np.random.default_rng(2)
    inputs, strengths = generator.normal(size=(2, 3, 4)), generator.normal(size=(2, 3))
    omega = generator.normal(size=(2, 2, 4, 4))
    attended = attended_inputs(found, inputs, [strengths, omega])
    for k in range(3):
        lagged = np.zeros((2, 3, 4))
        lagged[:, :, k:] = inputs[:, :, : 4 - k]
        lagged *= strengths[:, k, None, None]
        expected = [lagged[:, :, -1], *(np.einsum("pnt,pt->pn", lagged, omega[:, h, :, -1])
                                        for h in range(2))]  # fmt: skip
        np.testing.assert_allclose(attended[:, :, 3 * k : 3 * k + 3].transpose(2, 0, 1), expected)


def kind(name="Own", **methods):
    fields = [("variance", float, 1.0), ("width", int, 4)]
    return make_dataclass(name, fields, bases=(Weighted,), namespace=methods, frozen=True)()


def gives(value):
    return lambda self, *arguments: value


def fails(self, *arguments):
    raise KeyError("first\nsecond")


# Methods of a kind, and what the one line says when the network is made or its inputs are attended.
ANSWERS = {
    "shape": ({"operators": gives(np.ones((1, 1, 4, 3)))}, ["`operators`", "(1, 1, 4, 3)",
              "expected (1, 1, 4, 4)", "tokens above"]),
    "axes": ({"operators": gives(np.ones((4, 4)))}, ["`operators`", "shape (4, 4)"]),
    "branches_disagree": ({"operators": gives(np.ones((1, 2, 4, 4))),
                           "branches": property(gives(3))}, ["`operators`", "(1, 3, 4, 4)"]),
    "examples": ({"operators": gives(np.ones((5, 1, 4, 4))), "needs": "masks",
                   "data_shape": gives((4,))}, ["`operators`", "(2 or 1, 1, 4, 4)"]),
    "nan": ({"operators": gives(np.full((1, 1, 4, 4), np.nan))},
            ["`operators`", "NaN", "16 entries"]),
    "infinite": ({"operators": gives(np.full((1, 1, 4, 4), -np.inf))}, ["`operators`", "infinite"]),
    "ragged": ({"operators": gives([[1], [1, 2]])}, ["`operators`", "no array"]),
    "complex": ({"operators": gives(np.ones((1, 1, 4, 4)) * 1j)}, ["`operators`", "complex"]),
    "text": ({"operators": gives("omega")}, ["`operators`", "type"]),
    "none": ({"operators": gives(None)}, ["`operators`", "type object"]),
    "raises": ({"operators": fails}, ["`operators` raised KeyError", "second"]),
    "tokens": ({"tokens_above": gives(2.5)}, ["`tokens_above` gave 2.5", "whole number"]),
    "tokens_disagree": ({"tokens_above": gives(3)}, ["`operators`", "(1, 1, 4, 3)"]),
    "tokens_raise": ({"tokens_above": fails}, ["`tokens_above` raised KeyError"]),
    "data_number": ({"data_shape": gives(3), "needs": "masks"}, ["`data_shape` gave 3", "tuple"]),
    "data_part": ({"data_shape": gives((2.5,)), "needs": "masks"}, ["`data_shape` gave 2.5"]),
    "data_other": ({"data_shape": gives((7,)), "needs": "masks"},
                   ["masks_1", "shape (2, 4)", "expected (2, 7)"]),
    "half_a_branch": ({"branches": property(gives(2.5))}, ["`branches` gave 2.5", "layers[2]"]),
    "no_branch": ({"branches": property(gives(0))}, ["`branches` gave 0", "layers[2]"]),
    "truth": ({"branches": property(gives(True))}, ["`branches` gave", "layers[2]"]),
    "symbol": ({"branches": property(gives("K"))}, ["`branches`", "'K'", "`counted`"]),
    "branches_raise": ({"branches": property(fails)}, ["`branches` raised KeyError"]),
    "check_raises": ({"check": fails}, ["layers[2]", "`check` raised KeyError"]),
}  # fmt: skip


@pytest.mark.parametrize(("methods", "parts"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_will_not_do_names_kind_and_method(methods, parts):
    with pytest.raises((DescriptionError, DataError)) as caught:
        found = network(kind(**methods))
        data = [np.ones((2, 4))] if "needs" in methods else []
        attended_inputs(found, np.ones((2, 3, 4)), data)
    message = str(caught.value)
    assert len(message.splitlines()) == 1 and len(message) < 400
    assert all(part in message for part in parts), message
    if "masks_1" not in parts:
        assert "the kind 'own'" in message and "mend the class Own" in message


@pytest.mark.slow
def test_a_kind_of_one_s_own_is_repeated_any_number_of_times():
    for inner in (Lags("K", 0.9, "N"), Reversed(1.1, "N")):
        layers = (Embedding("N", 1.2), Repeat((inner,), "L"), Readout(0.8))
        evidence = derive_any(Network(layers, 0.1)).certify(15)
        assert all(found.digits >= 15 for found in evidence)


def test_a_class_that_is_no_kind_is_refused_in_python_too():
    thawed = make_dataclass("Thawed", [("variance", float, 1.0), ("width", int, 4)],
                            bases=(Weighted,))  # fmt: skip
    with pytest.raises(DescriptionError, match=r"layers\[2\]: the class Thawed .* not frozen"):
        network(thawed())
