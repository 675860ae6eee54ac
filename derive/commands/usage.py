"""A parser that answers a wrong call in one line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from derive.errors import DeriveError

Options = argparse.Namespace


class UsageError(DeriveError):
    """A wrong call of the command line."""


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError, with a remedy, instead of printing its usage."""

    def __init__(self, **settings: Any) -> None:
        self.flags: list[str] = []
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(allow_abbrev=False, formatter_class=layout, **settings)
        # Argparse takes -3 for a value and -3,10 for an option; here both are values, to be refused
        # by the option that they were given to.
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def add_argument(self, *flags: str, **settings: Any) -> Any:
        """As in argparse; the options are remembered, for messages."""
        self.flags += [flag for flag in flags if flag.startswith("-")]
        return super().add_argument(*flags, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong, with where to look."""
        message = message.removeprefix("argument ")
        raise UsageError(f"{message}; see '{self.prog} --help'")

    def refuse_unknown(self, arguments: list[str], elsewhere: Sequence[str] = ()) -> None:
        """Raise UsageError at the first option that there is not.

        Argparse would name a required option first, of which the unknown one may be a misspelling.
        It may also be one of an option that there is `elsewhere`.
        """
        for argument in arguments:
            if argument == "--":
                return
            flag = argument.partition("=")[0]
            if re.match(r"--?[A-Za-z]|--=", argument) and flag not in self.flags:
                raise UsageError(f"unknown option {choices_text(flag, [*self.flags, *elsewhere])}")


def choices_text(word: str, valid: list[str]) -> str:
    """A word that is not valid, and what would be."""
    from derive.wording import choices, shown

    return f"{shown(word)}{choices(word, valid)}"
