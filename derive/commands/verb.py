"""A verb of the command line, as theories offer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

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
