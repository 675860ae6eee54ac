"""What the theory does not cover, by the names that users have for it: why, and what works instead.

The theory holds for networks that are linear in each of their weight tensors, each tensor used
once (theory of section 2). Kinds and keys of other networks are refused here, by name. Names that
an installed package offers, and fields that a kind has, are never looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from derive.errors import DescriptionError
from derive.theories.networks.description.layers import KINDS
from derive.wording import shown


@dataclass(frozen=True)
class Outside:
    """One thing that a network of this theory does not have.

    Attributes:
        what: What it is, after "is".
        why: Why the theory does not cover it; empty where it does, under another name.
        nearest: The nearest network that works.
        kinds: Names of layers for it, in lower case without separators.
        keys: Names of keys for it, in the same way.
    """

    what: str
    why: str
    nearest: str
    kinds: tuple[str, ...]
    keys: tuple[str, ...] = ()

    def message(self, name: str) -> str:
        """What is said of a name that stands for it."""
        if not self.why:
            return f"{shown(name)} is {self.what}; {self.nearest}"
        return (
            f"{shown(name)} is {self.what}, which is outside the theory ({self.why}); "
            f"the nearest network that works: {self.nearest}"
        )


NONLINEAR = "the vectors that the weights below it add would not be Gaussian given those above"
GATED = 'kind = "gated", whose gates are fixed by the input'
FEATURES = (
    ', or kind = "features" in the place of the embedding (kernel "arc-cosine-1" for relu, '
    '"arc-sine" for erf)'
    if "features" in KINDS
    else ""
)
NONLINEARITY = "a nonlinearity between two integrated weights"

TABLE = (
    Outside(
        NONLINEARITY,
        NONLINEAR,
        f"{GATED}{FEATURES}",
        (
            "relu", "erf", "tanh", "gelu", "selu", "elu", "silu", "swish", "mish", "sigmoid",
            "logistic", "softplus", "leakyrelu", "prelu", "hardtanh", "sign", "step", "sin", "exp",
            "activation", "nonlinearity", "nonlinear", "perceptron", "maxpool", "maxpooling",
        ),
        ("activation", "activations", "nonlinearity", "nonlinear", "phi"),
    ),
    Outside(
        "two weights with a nonlinearity between them",
        NONLINEAR,
        f'two layers of kind = "linear" in a residual, or {GATED}',
        ("mlp", "feedforward", "ffn", "glu", "swiglu", "geglu", "densenet"),
    ),
    Outside(
        "a mixture by a learned router",
        "what routes examples would be computed from learned activations",
        GATED,
        ("moe", "mixtureofexperts", "experts", "router"),
        ("experts", "router"),
    ),
    Outside(
        "a normalisation by learned activations",
        "the outputs would not be linear in the weights below it",
        "the same without it, its scale given by variance; inputs are normalised in the data",
        (
            "layernorm", "batchnorm", "rmsnorm", "groupnorm", "instancenorm", "normalization",
            "normalisation", "normalize", "normalise", "norm",
        ),
        ("norm", "normalize", "normalise", "normalization", "layernorm", "batchnorm", "rmsnorm"),
    ),
    Outside(
        "noise on learned activations",
        "the likelihood would be an average over the noise, not Gaussian in the outputs",
        f"the same without it, as prior and temperature regularise, or {GATED}",
        ("dropout", "droppath", "stochasticdepth"),
        ("dropout", "droppath", "noise"),
    ),
    Outside(
        "a weight tensor in more than one place",
        "the outputs are linear in every tensor only where each is used once",
        'kind = "repeat", whose copies have weights of their own, as every layer has',
        (
            "tied", "tie", "shared", "share", "sharing", "loop", "looped", "recurrent", "rnn",
            "lstm", "gru", "universal", "equilibrium", "deq", "weightsharing", "sharedweights",
            "tiedweights",
        ),
        (
            "tied", "tie", "tiedto", "tieweights", "tiedweights", "share", "shared", "sharedwith",
            "shareweights", "sharedweights", "weightsharing", "weights", "sameas", "recurrent",
        ),
    ),
    Outside(
        "attention computed from learned activations",
        "a head has to be a fixed function of the bare input, or the outputs are not linear in "
        "the weights below it",
        'kind = "attention", with matrices made of the bare inputs and given in the data',
        (
            "selfattention", "learnedattention", "crossattention", "softmaxattention", "softmax",
            "linearattention", "multihead", "multiheadattention", "mha", "mhsa", "qkv", "decoder",
            "transformer", "transformerblock", "encoder", "hopfield", "gat", "graphattention",
        ),
        (
            "query", "queries", "key", "keys", "querykey", "qk", "qkv", "learned", "learnt",
            "trainable", "softmax", "scores",
        ),
    ),
    Outside(
        "a weight that reads no stream",
        "every tensor but the first acts on activations, the first on the inputs",
        "the same without it, with a feature more in the inputs that is always 1",
        ("bias", "biases", "intercept"),
        ("bias", "biases", "usebias", "intercept"),
    ),
    Outside(
        "a part of the operators of a layer's branches",
        "",
        'give kind = "attention" with the mask in the matrices of the data, such as attention_1',
        ("mask", "masking", "causalmask"),
        ("mask", "masked", "causal", "attentionmask"),
    ),
)  # fmt: skip
"""Each thing with its names; no name stands for two things."""
VAGUE = frozenset(("sign", "step", "sin", "exp", "phi", "key", "keys", "noise", "norm", "encoder"))
"""Words that say what they stand for only where they are the whole name."""
KINDS_OUTSIDE = {name: row for row in TABLE for name in row.kinds}
KEYS_OUTSIDE = {name: row for row in TABLE for name in row.keys}


def kind_outside(name: Any) -> str:
    """Why a kind is outside the theory and what works instead; empty where nothing is known of it.

    >>> kind_outside("Layer-Norm")[:58]
    "'Layer-Norm' is a normalisation by learned activations, wh"
    >>> kind_outside("atention")
    ''
    """
    row = _found(name, KINDS_OUTSIDE)
    return row.message(name) if row else ""


def key_outside(key: Any) -> str:
    """Why a key would bring in what is outside the theory; empty where nothing is known of it.

    >>> key_outside("tied")[:52]
    "'tied' is a weight tensor in more than one place, wh"
    """
    row = _found(key, KEYS_OUTSIDE)
    return row.message(key) if row else ""


def nonlinearity_inside(name: str) -> str:
    """Why a kind that is a nonlinearity cannot stand above another weight, and what works instead.

    >>> nonlinearity_inside("features")[:54]
    "'features' is a nonlinearity between two integrated we"
    """
    return KINDS_OUTSIDE["nonlinearity"].message(name)


def no_density(stream: str, vectors: int, width: int) -> str:
    """Why the overlaps of a stream have no density, and the width that would do.

    >>> no_density("a", 3, 2)
    'stream a has 3 vectors in width 2: its overlaps are singular and have no density; N_a = 3 \
would do'
    """
    return (
        f"stream {stream} has {vectors} vectors in width {width}: its overlaps are singular and "
        f"have no density; N_{stream} = {vectors} would do"
    )


def _found(name: Any, table: dict[str, Outside]) -> Outside | None:
    """By the whole name, or else by one of its words: tied_linear, relu-layer, LayerNorm1d."""
    if not isinstance(name, str) or len(name) > 60:
        return None
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    whole = "".join(re.findall("[a-z]+", name.lower()))
    pairs = map("".join, pairwise(words))
    for candidate in (whole, *pairs, *(word for word in words if word not in VAGUE)):
        if candidate in table:
            return table[candidate]
    return None


def refuse_object(place: str, value: Any, known: Iterable[str]) -> None:
    """Refuse what stands in the place of a layer, with the reason where its name tells one.

    Args:
        place: Its place.
        value: Anything that is no layer: text, a function, an object of another library.
        known: Names of the classes of layers.

    Raises:
        DescriptionError: Always.
    """
    own = value if isinstance(value, str) else getattr(value, "__name__", type(value).__name__)
    reason = kind_outside(own)
    if reason:
        raise DescriptionError(f"{place}: {reason}")
    raise DescriptionError(f"{place}: {shown(value)} is not a layer; use one of {', '.join(known)}")
