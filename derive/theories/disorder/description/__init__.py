"""What a system with quenched disorder is: frozen values, read from words."""

from derive.theories.disorder.description.examples import (
    Chosen,
    Couplings,
    Examples,
    GaussianLabel,
    MeanField,
    Observable,
    Value,
)
from derive.theories.disorder.description.language import BETA, LABEL, read, symbol, theta, write
from derive.theories.disorder.description.laws import (
    Base,
    Density,
    Discrete,
    GaussBernoulli,
    Gaussian,
    Law,
    Regulariser,
    Spherical,
)
from derive.theories.disorder.description.load import load_model, model_from_table
from derive.theories.disorder.description.model import DisorderedModel
from derive.theories.disorder.description.named import Named
from derive.theories.disorder.description.parts import overlaps
from derive.theories.disorder.description.sites import Sites

__all__ = [
    "BETA",
    "LABEL",
    "Base",
    "Chosen",
    "Couplings",
    "Density",
    "Discrete",
    "DisorderedModel",
    "Examples",
    "GaussBernoulli",
    "Gaussian",
    "GaussianLabel",
    "Law",
    "MeanField",
    "Named",
    "Observable",
    "Regulariser",
    "Sites",
    "Spherical",
    "Value",
    "load_model",
    "model_from_table",
    "overlaps",
    "read",
    "symbol",
    "theta",
    "write",
]
