"""Sweeps: one network at every point of a grid, resumable, into one table and a figure."""

from derive.theories.networks.sweeps.grid import Axes, Point, grid_of
from derive.theories.networks.sweeps.pipeline import Outcome, Settings, Sweep, sweep
from derive.theories.networks.sweeps.subject import Subject, packaged_subject, user_subject

__all__ = [
    "Axes",
    "Outcome",
    "Point",
    "Settings",
    "Subject",
    "Sweep",
    "grid_of",
    "packaged_subject",
    "sweep",
    "user_subject",
]
