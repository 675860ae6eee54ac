"""What no single part of a model can see, in the order in which a reader would look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.errors import DescriptionError
from derive.theories.disorder.description.checking.laws import check_laws
from derive.theories.disorder.description.checking.names import check_names
from derive.theories.disorder.description.checking.terms import check_terms
from derive.theories.disorder.description.checking.weights import check_weights

if TYPE_CHECKING:
    from derive.theories.disorder.description.model import DisorderedModel


def validate(model: DisorderedModel) -> None:
    """Raise DescriptionError at the first mistake, in one line."""
    if not model.sites:
        raise DescriptionError('sites: there are none; write [[sites]] with variable = "binary"')
    check_names(model)
    check_terms(model)
    check_laws(model)
    check_weights(model)
