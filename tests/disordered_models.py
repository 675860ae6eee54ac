"""Tables of a small disordered model, and what is changed in them."""

import pytest

from derive.errors import DescriptionError
from derive.theories.disorder.description import model_from_table

SITES = {"variable": "binary", "attributes": {"t": "binary"}}
EXAMPLES = {
    "ratio": "alpha",
    "fields": {"h": "x", "u": "t"},
    "labels": "sign(u)",
    "weight": "theta(y*h)",
}


def model(**parts):
    return {"kind": "disorder", "sites": SITES, "examples": EXAMPLES, **parts}


def examples(**changed):
    table = {**EXAMPLES, **changed}
    return model(examples={key: value for key, value in table.items() if value is not None})


def energy(text, **changed):
    return examples(weight=None, energy=text, **changed)


def variable(law, **parts):
    return model(sites={**SITES, "variable": law}, **parts)


def attribute(law):
    return model(sites={**SITES, "attributes": {"t": law}})


def alone(law, covariance):
    """Sites that couplings act on, and no examples."""
    return {"kind": "disorder", "sites": {"variable": law}, "couplings": covariance}


def refused(table):
    """The one line with which a table is refused."""
    with pytest.raises(DescriptionError) as raised:
        model_from_table(table, "file.toml")
    told = str(raised.value)
    assert "\n" not in told and len(told) < 400
    assert "; " in told  # and what would do
    return told.removeprefix("file.toml: ")
