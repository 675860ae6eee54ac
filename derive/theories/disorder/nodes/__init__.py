"""The nodes of the theory of disorder, each with its rules."""

from derive.theories.disorder.nodes import rules
from derive.theories.disorder.nodes.functions import (
    Hazard,
    HazardExcess,
    IntervalHazard,
    LogInterval,
    LogSumExp,
    LogTail,
    Tail,
)
from derive.theories.disorder.nodes.sums import ExponentialRatio, LogSignedSum

__all__ = [
    "ExponentialRatio",
    "Hazard",
    "HazardExcess",
    "IntervalHazard",
    "LogInterval",
    "LogSignedSum",
    "LogSumExp",
    "LogTail",
    "Tail",
    "rules",
]
