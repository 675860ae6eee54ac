"""The whole pipeline, from a description and data to a folder with a report."""

from derive.theories.networks.runs.packaged import digits_task, packaged_network, packaged_task
from derive.theories.networks.runs.task import Task, user_task
from derive.theories.networks.solver.scores import Score, score

__all__ = [
    "Score",
    "Task",
    "digits_task",
    "packaged_network",
    "packaged_task",
    "score",
    "user_task",
]
