"""What a theory offers to the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from derive.commands.usage import Options, Parser


@dataclass(frozen=True)
class Verb:
    """A verb of the command line.

    Attributes:
        summary: What it does, for the list of verbs.
        example: A call.
        fill: Adds its options to a parser.
        home: MODULE:FUNCTION, imported when it is called: options in, exit status out.
    """

    summary: str
    example: str
    fill: Callable[[Parser], None]
    home: str

    def __call__(self, options: Options) -> int:
        """Do it."""
        module, _, name = self.home.partition(":")
        status: int = getattr(import_module(module), name)(options)
        return status


class Theory(Protocol):
    """What a theory hands to the floors above it."""

    @property
    def kind(self) -> str:
        """What `kind` says at the head of its descriptions; empty where they have none."""

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Its verbs by name."""
