"""Theories live on the shared floors; none imports another."""

from importlib import import_module
from typing import Any

OFFERED = ("derive.theories.networks.offer",)
"""Modules that are a theory's face: `kind`, `verbs`; see `derive.commands.verb.Theory`."""


def theories() -> tuple[Any, ...]:
    """The faces of all theories; a call that names none is about the first."""
    return tuple(map(import_module, OFFERED))
