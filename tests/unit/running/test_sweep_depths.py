"""Depths on an axis of a sweep: derived once, every row what `derive solve` finds."""

import csv

import numpy as np
import pytest
from command_line import call, refusal

from derive.theories.networks.description import (
    Attention,
    Embedding,
    Linear,
    Network,
    Readout,
    Repeat,
    load_data,
    network_to_toml,
)
from derive.theories.networks.solver import solve
from derive.theories.networks.solver import solving as solving_module

HEADS = Repeat((Attention(2, 0.9, 21),), "L")


def network(*layers):
    return Network((Embedding(21, 1.2), *layers, Readout(1.1)), 0.3)


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    """They take longer than all else."""
    monkeypatch.setattr("derive.theories.networks.sweeps.pipeline.available", lambda: False)


def write(folder, described, attentions):
    rng = np.random.default_rng(4)
    arrays = {}
    for end, count in (("", 8), ("_test", 3)):
        arrays[f"inputs{end}"] = rng.normal(size=(count, 4, 3))
        arrays[f"labels{end}"] = np.sign(rng.normal(size=count))
        for number in range(1, attentions + 1):
            arrays[f"attention_{number}{end}"] = rng.random(size=(count, 2, 3, 3)) / 3
    (folder / "spec.toml").write_text(network_to_toml(described))
    np.savez(folder / "data.npz", **arrays)
    return arrays


def sweep(capsys, folder, *options):
    return call(
        capsys, "sweep", folder / "spec.toml", "--data", folder / "data.npz",
        "--out", folder / "out", "--jobs", "1", *options,
    )  # fmt: skip


def rows(folder):
    with open(folder / "out/sweep.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_every_depth_is_what_the_network_written_out_gives(capsys, tmp_path, monkeypatch):
    described = network(HEADS, Linear(0.8, 21))
    arrays = write(tmp_path, described, 3)
    derived, made = [], solving_module.derive

    def counted(wanted):
        derived.append(wanted)
        return made(wanted)

    monkeypatch.setattr(solving_module, "derive", counted)
    found = sweep(capsys, tmp_path, "--depth", "L=3,1,2", "--temperatures", "0.2,0.3")
    assert found.status == 0 and found.out.startswith("6 points")
    assert set(derived) == {described} and len(derived) <= 2  # here, and as a worker does
    table = rows(tmp_path)
    places = [(row["L"], row["temperature"]) for row in table]
    assert places == [(depth, t) for depth in "123" for t in ("0.2", "0.3")]
    monkeypatch.setattr(solving_module, "derive", made)
    for row in table[1::2]:
        depth = int(row["L"])
        at = described.with_values({"L": depth})
        lowest = {
            name: array for name, array in arrays.items()
            if not name.startswith("attention") or int(name.split("_")[1]) <= depth
        }  # fmt: skip
        np.savez(tmp_path / "one.npz", **lowest)
        expected = solve(at, load_data(tmp_path / "one.npz", at))
        for column in ("action", "log_evidence", "hessian_lowest", "condition_number"):
            assert float(row[column]) == pytest.approx(getattr(expected, column), rel=1e-8)
        assert row["message"] == expected.message
    again = sweep(capsys, tmp_path, "--depth", "L=1,2,3", "--temperatures", "0.2,0.3", "--resume")
    assert "6 of them were there already" in again.out


def test_points_of_two_depths_are_told_apart(capsys, tmp_path):
    described = network(Repeat((Linear(0.8, 21),), "L"), Repeat((Linear(0.8, 21),), "D"))
    write(tmp_path, described, 0)
    found = sweep(capsys, tmp_path, "--depth", "L=1,2", "--depth", "D=1,2")
    assert found.status == 0
    actions = {(row["L"], row["D"]): float(row["action"]) for row in rows(tmp_path)}
    assert len(actions) == 4  # two of them are one network, described in two ways
    assert actions["1", "2"] == pytest.approx(actions["2", "1"], rel=1e-10)


@pytest.mark.parametrize(
    ("layers", "attentions", "options", "words"),
    [
        ((HEADS,), 2, ("--depth", "M=1,2"), "no depth 'M'"),
        ((HEADS,), 2, ("--depth", "L=1.5"), "1.5"),
        ((HEADS,), 2, ("--depth", "L=1", "--depth", "L=2"), "given twice"),
        ((HEADS,), 2, ("--depth", "L=1,3"), "attention_3: it is missing"),
        ((HEADS,), 2, ("--widths", "9"), "the depth 'L' has no value"),
        ((HEADS, Attention(2, 0.7, 21)), 3, ("--depth", "L=1,2"), "above the block"),
        ((Linear(0.7, 21),), 0, ("--depth", "L=1,2"), "the network has none"),
    ],
)
def test_wrong_depths_get_one_line(layers, attentions, options, words, capsys, tmp_path):
    write(tmp_path, network(*layers), attentions)
    line = refusal(
        capsys, "sweep", tmp_path / "spec.toml", "--data", tmp_path / "data.npz",
        "--out", tmp_path / "out", *options,
    )  # fmt: skip
    assert words in line
