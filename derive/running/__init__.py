"""The whole pipeline, from a description and data to a folder with a report."""

from derive.running.files import check_target, write_text
from derive.running.packaged import digits_task, packaged_network, packaged_task
from derive.running.task import Task, user_task
from derive.theories.networks.solver.scores import Score, score

__all__ = [
    "Score",
    "Task",
    "check_target",
    "digits_task",
    "packaged_network",
    "packaged_task",
    "score",
    "user_task",
    "write_text",
]
