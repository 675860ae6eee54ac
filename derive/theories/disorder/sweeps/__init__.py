"""Sweeps over parameters, along branches: tables, arrays and a figure."""

from derive.theories.disorder.sweeps.sweeping import Axes, Outcome, Sweep, sweep

__all__ = ["Axes", "Outcome", "Sweep", "sweep"]
