"""Theories live on the shared floors; none imports another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from derive.commands.verb import Verb
from derive.errors import DescriptionError

OFFERED = ("derive.theories.networks.offer", "derive.theories.disorder.offer")
"""Modules that are a theory's face: what `Theory` lists. What names none is about the first."""


class Theory(Protocol):
    """What a theory hands to the floors above it; nothing of it is imported before it is used.

    Attributes:
        kind: What `kind = "..."` says at the head of its files. A file that says nothing is about
            the first theory.
        subject: What it is about, in the plural, for the help.
        home: The package in which its classes are: an object of one of them belongs to it.
        names: What `from derive import ...` gives, and where it is: MODULE, or MODULE:NAME where
            it has another name there. Of `SHARED` each theory has its own: `load` reads a
            description, the others take one, or what came of one, first.
        verbs: Its verbs of the command line, by name.
        flags: Options that its verbs alone have: a call with one of them is about it.
    """

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def home(self) -> str: ...  # noqa: D102
    @property
    def names(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def verbs(self) -> Mapping[str, Verb]: ...  # noqa: D102
    @property
    def flags(self) -> Sequence[str]: ...  # noqa: D102


SHARED = ("check", "compare", "derive", "generate", "load", "solve")
"""Names that every theory may have; one function of the package calls them all."""


def theories() -> tuple[Theory, ...]:
    """The faces of all theories."""
    faces: tuple[Any, ...] = tuple(map(import_module, OFFERED))
    return faces


def described(path: str | Path) -> Theory | None:
    """The theory that a TOML file is about, by the `kind` at its head.

    Returns:
        None where it has none, or cannot be read: who reads it next says what is wrong with it.

    Raises:
        DescriptionError: No theory is of this kind.
    """
    from derive.files import Untidy, read_table  # which take NumPy along
    from derive.wording import choices, one_line, shown

    try:
        table = read_table(path, "description")
    except Untidy:
        return None
    if "kind" not in table:
        return None
    by_kind = {theory.kind: theory for theory in theories()}
    kind = table["kind"]
    if isinstance(kind, str) and kind in by_kind:
        return by_kind[kind]
    raise DescriptionError(
        f"{one_line(str(path))}: kind: {shown(kind)} is no theory's{choices(kind, by_kind)}"
    )
