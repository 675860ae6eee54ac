"""What no single part of a model can see: names, and numbers that follow from several parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.errors import DescriptionError

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel


def validate(model: DisorderedModel) -> None:
    """Raise DescriptionError at the first mistake, in one line."""
    if not model.sites:
        raise DescriptionError('sites: there are none; write [[sites]] with variable = "binary"')
