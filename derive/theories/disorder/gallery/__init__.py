"""Published models, one a file, each with its source and its conventions."""

from __future__ import annotations

from pathlib import Path

from derive.errors import DescriptionError
from derive.theories.disorder.description import DisorderedModel, load_model
from derive.wording import choices, shown

FOLDER = Path(__file__).parent


def model_names() -> tuple[str, ...]:
    """The names of the models, in the alphabet's order.

    >>> model_names()[:3]
    ('compressed_sensing', 'deep_linear', 'hebb')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def model_path(name: str) -> Path:
    """The file of a model.

    Raises:
        DescriptionError: There is no such model.
    """
    if name not in model_names():
        raise DescriptionError(f"no model {shown(name)}{choices(name, model_names())}")
    return FOLDER / f"{name}.toml"


def gallery_model(name: str) -> DisorderedModel:
    """A model of the gallery.

    Raises:
        DescriptionError: There is no such model.

    >>> [symbol.name for symbol in gallery_model("hopfield").free()]
    ['alpha', 'b', 'beta']
    """
    return load_model(model_path(name))
