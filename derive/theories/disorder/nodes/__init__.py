"""The nodes of the theory of disorder, each with its rules."""

from derive.theories.disorder.nodes import rules
from derive.theories.disorder.nodes.functions import (
    Hazard,
    LogInterval,
    LogSignedSum,
    LogSumExp,
    LogTail,
    Tail,
)

__all__ = ["Hazard", "LogInterval", "LogSignedSum", "LogSumExp", "LogTail", "Tail", "rules"]
