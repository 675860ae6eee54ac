"""A sweep names the first-order transitions between neighbours of its axes."""

import csv

import numpy as np
import pytest

from derive.cli import main
from derive.theories.networks.description import network_to_toml
from tests.unit.test_solver_minima import issue


@pytest.fixture
def files(tmp_path):
    network, data = issue()
    spec, arrays = tmp_path / "net.toml", tmp_path / "data.npz"
    spec.write_text(network_to_toml(network), encoding="utf-8")
    np.savez(arrays, attended=data.attended, labels=data.labels)
    return [
        "sweep",
        str(spec),
        "--data",
        str(arrays),
        "--jobs",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]


def rows(folder, name):
    with open(folder / "out" / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_along_temperatures_at_two_widths(files, tmp_path, capsys):
    given = ["--temperatures", "0.15,0.2,0.31", "--widths", "10,300,inf"]
    assert main([*files, *given]) == 0
    (found,) = rows(tmp_path, "transitions.csv")[:1]
    assert found["parameter"] == "width"  # at T = 0.15 and 0.2; at 0.31 and at 300 no more
    known = rows(tmp_path, "transitions.csv")
    (warm,) = [row for row in known if row["parameter"] == "temperature"]
    assert float(warm["value"]) == pytest.approx(0.244716, rel=1e-4)
    assert warm["elsewhere"].startswith("width = 10")
    assert sorted(row["elsewhere"].split(",")[0] for row in known if row != warm) == [
        "temperature = 0.15", "temperature = 0.2",
    ]  # fmt: skip
    assert float(warm["overlap_below"]) > 1000 * float(warm["overlap_above"])
    said = capsys.readouterr().out
    assert "first-order transition at temperature = 0.2447" in said
    table = rows(tmp_path, "sweep.csv")
    assert {row["minima"] for row in table} >= {"1", "2"}
    # a sweep that goes on finds them again
    assert main([*files, *given, "--resume"]) == 0
    assert rows(tmp_path, "transitions.csv") == known


def test_where_there_is_none_the_table_is_empty(files, tmp_path, capsys):
    assert main([*files, "--temperatures", "0.05,0.1,0.2"]) == 0
    assert rows(tmp_path, "transitions.csv") == []
    assert "first-order" not in capsys.readouterr().out
