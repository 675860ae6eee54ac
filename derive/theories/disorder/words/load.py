"""Claims about disordered models in TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from derive.claims import load
from derive.claims.claim import Claim
from derive.claims.words import Words
from derive.theories.disorder.derivation.overlaps import overlaps_of
from derive.theories.disorder.description import DisorderedModel, load_model, model_from_table
from derive.theories.disorder.gallery import gallery_model, model_names
from derive.theories.disorder.words.ours import PLAIN, SADDLE
from derive.theories.disorder.words.slips import SLIPS


def abouts(model: DisorderedModel) -> tuple[str, ...]:
    """What a claim about a model may be about."""
    plain = (*PLAIN, *model.observables)
    overlaps = overlaps_of(model)
    saddle = [f"saddle {s.name}" for s in (*overlaps.parameters, *overlaps.conjugates)]
    return (*plain, *saddle, *(f"{word} {SADDLE}" for word in plain))


def _read(path: Path) -> DisorderedModel:
    """A model from its file; or one of the gallery, by its name."""
    if not path.suffix and path.name in model_names() and not path.exists():
        return gallery_model(path.name)
    return load_model(path)


def _table(table: Mapping[str, Any]) -> DisorderedModel:
    return model_from_table({"kind": "disorder", **table})


WORDS = Words("model", abouts, _read, _table, tuple(SLIPS), ("define",))


def load_claim(path: str | Path) -> Claim:
    """Read a claim about a disordered model, or a chain of its own, from a TOML file.

    Args:
        path: The file; it has the model as a table, names one of the gallery, or gives a path
            relative to its folder.

    Raises:
        ClaimError: The file cannot be read, or it holds no claim; in one line with the place and
            what would do.
        DescriptionError: The model cannot be read.
    """
    return load.load_claim(path, WORDS)
