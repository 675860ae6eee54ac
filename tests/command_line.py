"""Calls of the command line in this process, and small files for it to read."""

from dataclasses import dataclass

import numpy as np

from derive.cli import main

CHAIN = """
name = "small chain"
temperature = 0.1
[[layers]]
kind = "embedding"
width = 7
variance = 1.1
[[layers]]
kind = "attention"
heads = 2
width = 9
variance = 0.9
[[layers]]
kind = "attention"
heads = 1
width = 8
variance = 1.3
[[layers]]
kind = "readout"
variance = 1.2
"""

RESIDUAL = """
name = "small residual"
temperature = 0.1
[[layers]]
kind = "embedding"
width = 9
variance = 1.1
[[layers]]
kind = "residual"
    [[layers.layers]]
    kind = "attention"
    heads = 2
    variance = 0.9
[[layers]]
kind = "readout"
variance = 1.2
token = "mean"
"""

SYMBOLS = CHAIN.replace("width = 7", 'width = "N_1"').replace("heads = 2", 'heads = "H_1"')
PATHS = {CHAIN: 2, RESIDUAL: 3, SYMBOLS: 2}


@dataclass(frozen=True)
class Call:
    """What came of a call."""

    status: int
    out: str
    err: str


def call(capsys, *arguments):
    """Call the command line."""
    capsys.readouterr()
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as leaving:
        status = leaving.code or 0
    return Call(status, *capsys.readouterr())


def refusal(capsys, *arguments, folder=None):
    """The one line that a wrong call gets; nothing may have been written into the folder."""
    before = sorted(folder.rglob("*")) if folder else []
    found = call(capsys, *arguments)
    assert found.status == 2, found
    assert found.out == ""
    assert found.err.startswith("derive: ") and found.err.endswith("\n")
    assert found.err.count("\n") == 1
    assert "Traceback" not in found.err and "usage:" not in found.err
    assert (sorted(folder.rglob("*")) if folder else []) == before
    return found.err


def arrays(paths=2, examples=10, *, test=True, seed=0):
    """Data with labels +1 and -1 that depend on the first path."""
    generator = np.random.default_rng(seed)
    direction = generator.normal(size=6)
    found = {}
    for suffix, count in (("", examples), ("_test", 8 if test else 0)):
        if count:
            attended = generator.normal(size=(count, 6, paths))
            found[f"attended{suffix}"] = attended
            found[f"labels{suffix}"] = np.sign(attended[:, :, 0] @ direction)
    return found


def write(folder, spec=CHAIN, **changes):
    """SPEC.toml and data.npz in a folder; `changes` replace arrays, or drop them where None."""
    (folder / "spec.toml").write_text(spec)
    content = {**arrays(PATHS.get(spec, 2)), **changes}
    np.savez(folder / "data.npz", **{k: v for k, v in content.items() if v is not None})
    return folder / "spec.toml", folder / "data.npz"
