"""Names and tables that are wrong: each refused in one line with the place and what would do."""

import pytest
from disordered_models import EXAMPLES, SITES, attribute, energy, examples, model, refused, variable

from derive.errors import DescriptionError
from derive.theories.disorder.description import DisorderedModel, Examples, Sites, load_model

NAMES = {
    "no field at all": (examples(weight="theta(y*g)"), "examples.weight", "no field of a variable"),
    "a field like another": (
        examples(fields={"h_1": "x", "u": "t"}, weight="theta(h_1*h_2)"),
        "examples.weight",
        "unknown name 'h_2'; did you mean 'h_1'?",
    ),
    "no parameter": (
        {**examples(weight="theta(y*h - kapa)"), "parameters": {"alpha": 1, "kappa": 0.3}},
        "examples.weight",
        "unknown name 'kapa'; did you mean 'kappa'?",
    ),
    "a variable": (examples(weight="theta(y*x*h)"), "examples.weight", "its field is h"),
    "an attribute": (energy("t*h"), "examples.energy", "t is an attribute"),
    "no labels": (examples(labels=None), "examples.weight", "there is no label y here"),
    "labels of a student": (examples(labels="sign(h)"), "examples.labels", "the field of x"),
    "a tilt without a teacher": (
        examples(fields={"h": "x"}, labels=None, weight="theta(h)", tilt="2"),
        "examples.tilt",
        "no field of an attribute",
    ),
    "a tilt of a student": (examples(tilt="exp(h)"), "examples.tilt", "the field of x"),
    "a field of nothing": (examples(fields={"h": "z"}), "examples.fields.h", "valid: x, t"),
    "a field of all components": (
        model(sites={**SITES, "components": 3}),
        "examples.fields.h",
        "x has 3 components",
    ),
    "no overlap": (model(couplings="J**2"), "couplings.covariance", "write it in q"),
    "another overlap": (model(couplings="q_x**2"), "couplings.covariance", "the overlaps are q"),
    "two energies, one wrong": (
        model(couplings=["q**2", "J*m*q"]),
        "couplings[2].covariance",
        "m is a magnetisation",
    ),
    "a variable for its mean": (
        model(mean={"energy": "-x*m"}, magnetisations={"m": "x"}),
        "mean.energy",
        "[magnetisations]",
    ),
    "a mean of nothing": (
        model(mean={"energy": "-m"}, magnetisations={"m": "t"}),
        "magnetisations.m",
        "no variable",
    ),
    "no energy of a mean": (model(magnetisations={"m": "x"}), "magnetisations", "[mean]"),
    "an observable of nothing": (model(observables={"e": "g"}), "observables.e", "no field"),
    "an observable of a field and a site": (
        model(observables={"e": "h*x"}),
        "observables.e",
        "x is a variable",
    ),
    "an observable of two populations": (
        model(sites=[SITES, {"variable": "binary", "name": "s"}], observables={"e": "x*s"}),
        "observables.e",
        "several populations (x; s)",
    ),
    "a result's name": (model(observables={"energy": "h"}), "observables.energy", "is a result"),
    "a name twice": (
        model(sites={"variable": "binary", "attributes": {"x": "binary"}}),
        "sites.attributes.x",
        "x is a variable already",
    ),
    "a field twice": (
        model(examples=[EXAMPLES, EXAMPLES]),
        "examples[2].fields.h",
        "the field of x already",
    ),
    "a parameter twice": (model(parameters={"h": 2}), "parameters.h", "h is the field of x"),
    "a parameter of nothing": (
        model(parameters={"alpha": 2, "lam": 3}),
        "parameters.lam",
        "no expression has lam",
    ),
    "a later attribute": (
        model(sites={**SITES, "attributes": {"t": {"gaussian": "s"}, "s": {"values": [2, 3]}}}),
        "sites.attributes.t.variance",
        "s is an attribute",
    ),
    **{
        f"reserved: {name}": (model(sites={**SITES, "name": name}), "sites.name", "take another")
        for name in ("beta", "q", "Q", "m", "qhat", "y", "N", "Phi", "exp", "q_12", "sum", "pi")
    },
    "a word of Python": (model(sites={**SITES, "name": "lambda"}), "sites.name", "lam for lambda"),
}
TABLES = {
    "both": (examples(energy="h"), "examples", "both weight and energy"),
    "neither": (examples(weight=None), "examples", "neither weight nor energy"),
    "a key": (examples(lables="u"), "examples", "unknown key 'lables'; did you mean 'labels'?"),
    "a key of sites": (model(sites={"variabel": 1}), "sites", "did you mean 'variable'?"),
    "a key of the file": (model(coupling="q"), "unknown key 'coupling'", "mean 'couplings'?"),
    "a law": (variable("binray"), "sites.variable", "did you mean 'binary'?"),
    "a key of a law": (variable({"densty": "1"}), "sites.variable", "did you mean 'density'?"),
    "two laws": (
        variable({"density": "1", "gaussian": 2}), "sites.variable", "gaussian and density",
    ),
    "a law in the second sites": (
        model(sites=[SITES, {"variable": "binry", "name": "s"}]), "sites[2].variable", "'binary'?",
    ),
    "spherical with a regulariser": (
        model(sites={**SITES, "variable": "spherical", "regulariser": "x**2"}),
        "sites.regulariser", "spherical sites take no regulariser",
    ),
    "spherical with a regulariser inside": (
        variable({"spherical": True, "regulariser": "x**2"}),
        "sites.variable", "spherical sites take no regulariser",
    ),
    "a regulariser beside": (
        model(sites={**SITES, "regulariser": "x**2"}),
        "sites.regulariser", "variable = { regulariser",
    ),
    "a spherical attribute": (attribute("spherical"), "sites.attributes.t", "write gaussian"),
    "inputs": (examples(inputs="binray"), "examples.inputs", "did you mean 'binary'?"),
    "labels": (examples(labels={"value": [1]}), "examples.labels", "no law of a label"),
    "components": (model(sites={**SITES, "components": 1.5}), "sites.components", "whole number"),
    "named components": (model(sites={**SITES, "components": "K"}), "sites.components", "counted"),
    "no kind": ({"sites": SITES}, "kind", 'write kind = "disorder"'),
    "no sites": ({"kind": "disorder"}, "sites", "[[sites]]"),
    "no variable": (model(sites={}), "sites.variable", "missing"),
    "no ratio": (examples(ratio=None), "examples.ratio", "missing"),
    "a name that is none": (model(name=3), "name", "no line of text"),
    "another predictor": (
        model(observables={"e": {"mean": "h"}}), "observables.e", "mean_predictor is due",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "where", "what"),
    [pytest.param(*case, id=n) for n, case in {**NAMES, **TABLES}.items()],
)
def test_mistakes_are_named(table, where, what):
    told = refused(table)
    assert told.startswith(where) and what in told


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("kind = disorder", "not TOML"), ("", "kind: it is missing"), ("\0", "not TOML"),
        ('kind = "network"', 'write kind = "disorder"'),
        ('kind = "disorder"\nsites = 3', "sites: 3 where a table is due"),
        ('kind = "disorder"\n[[sites]]\nvariable = "binary"\n[[examples]]\nratio = 2\n'
         'fields = {h = "x"}\nweight = "__import__(1)"', "examples.weight"),
    ],
)  # fmt: skip
def test_files_that_hold_no_model(tmp_path, content, what):
    path = tmp_path / "model.toml"
    path.write_text(content)
    with pytest.raises(DescriptionError) as raised:
        load_model(path)
    assert str(raised.value).startswith(str(path)) and what in str(raised.value)


def test_no_file():
    with pytest.raises(DescriptionError, match="cannot be read"):
        load_model("no_such_file.toml")


def test_python_is_refused_as_files_are():
    """Parts know their own mistakes; the model, those of several."""
    with pytest.raises(DescriptionError, match="'binray' is no law"):
        Sites("binray")
    with pytest.raises(DescriptionError, match="neither weight nor energy"):
        Examples("alpha", {"h": "x"})
    with pytest.raises(DescriptionError, match=r"examples\[2\].fields.h: h is the field of x"):
        two = [Examples("alpha", {"h": "x"}, "theta(h)")] * 2
        DisorderedModel(sites=Sites("binary"), examples=two)
