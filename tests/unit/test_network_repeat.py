"""Layers that are repeated: written out, or cut apart for an induction."""

import pytest
from command_line import RESIDUAL, call, refusal, write

from derive import derive
from derive.errors import DescriptionError
from derive.theories.networks.derivation.repeat.parts import parts
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Identity,
    Linear,
    Network,
    Parallel,
    Readout,
    Repeat,
    Residual,
    Serial,
    load_network,
    network_to_toml,
    path_table,
    stream_graph,
)
from derive.theories.networks.description.repeat import segments

LAYER, SKIP = Linear(0.7, "N"), Residual((Linear(0.9),))


def network(*layers, temperature=0.1):
    return Network((Embedding("N", 1.0), *layers, Readout(1.0)), temperature)


def test_a_known_number_of_times_is_written_out():
    body = (Linear(0.7, 9), Repeat((SKIP,), 2))
    found = Network((Embedding(9, 1.0), Repeat(body, 3), Readout(1.0)), 0.1)
    assert found.layers == (Embedding(9, 1.0), *((Linear(0.7, 9), SKIP, SKIP) * 3), Readout(1.0))


@pytest.mark.parametrize("times", [1, 2])
def test_a_repeat_is_one_branch_of_a_sum(times):
    """Its copies stand one above the other; they are not branches of their own."""
    pair = (Linear(0.7, 9), Linear(0.8, 9))
    found = Network(
        (Embedding(9, 1.0), Parallel((Repeat(pair, times), Identity())), Readout(1.0)), 0.1
    )
    assert found.layers[1] == Parallel((Serial(pair * times), Identity()))
    assert path_table(found).tolist() == [[0] * 2 * times, [1] * 2 * times]


def test_a_symbol_is_kept_until_it_has_a_value():
    deep = network(Repeat((LAYER,), "L"))
    assert deep.depths() == ("L",) and "L" in deep.symbols()
    assert deep.with_values({"L": 2}).layers[1:-1] == (LAYER, LAYER)
    with pytest.raises(DescriptionError, match=r"the depth 'L' has no value.*--set L=VALUE"):
        stream_graph(deep)


def test_files_read_the_same(tmp_path):
    deep = network(Repeat((LAYER, Residual((Attention("H", 0.9),))), "L"))
    path = tmp_path / "deep.toml"
    path.write_text(network_to_toml(deep))
    assert load_network(path) == deep
    assert 'times = "L"' in path.read_text()


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((Repeat((LAYER,), "L"),), [1, (1, "L", 0), 1]),
        # a residual on top of a copy stays with the layers above: L - 1 copies are left
        ((Repeat((LAYER, SKIP), "L"),), [2, (2, "L", 1), 2]),
        ((SKIP, Repeat((LAYER,), "L")), [3, (1, "L", 1), 1]),
        # copies of residuals alone are in one stream: no repeat begins right above them
        ((Repeat((SKIP,), "L"),), [1, (1, "L", 0), 1]),
        ((SKIP, Repeat((SKIP,), "L"), SKIP), [2, (1, "L", 0), 2]),
        ((LAYER, SKIP, Repeat((SKIP,), "L")), [2, 1, (1, "L", 0), 1]),
        ((Repeat((SKIP,), "L"), Repeat((LAYER,), "D")), [1, (1, "L", 0), 1, (1, "D", 1), 1]),
        ((Repeat((SKIP,), "L"), LAYER, Repeat((LAYER,), "D")), [1, (1, "L", 0), 1, (1, "D", 0), 1]),
        (
            (Repeat((LAYER,), "L"), LAYER, Repeat((LAYER,), "D")),
            [1, (1, "L", 0), 1, (1, "D", 0), 1],
        ),
    ],
)
def test_cuts_are_made_where_a_stream_begins(layers, expected):
    found = [
        (len(s.layers), s.times, s.fewer) if s.times else len(s.layers)
        for s in segments(network(*layers).layers)
    ]
    assert found == expected


WRONG = {
    "nothing repeated": (lambda: network(Repeat((), "L")), ["layers[2]", "repeat without layers"]),
    "no times": (lambda: network(Repeat((LAYER,), None)), ["layers[2].times", "missing"]),
    "zero times": (lambda: network(Repeat((LAYER,), 0)), ["layers[2].times", "from 1"]),
    "half a time": (lambda: network(Repeat((LAYER,), 1.5)), ["layers[2].times", "1.5"]),
    "a symbol inside": (
        lambda: network(Repeat((Repeat((LAYER,), "L"),), 2)),
        ["layers[2].layers[1].times", "symbol inside another layer", "give a number"],
    ),
    "too many": (
        lambda: network(Repeat((Repeat((LAYER,), 100),), 100)),
        ["10002", "2000", "smaller number of times"],
    ),
    "one symbol, two things": (
        lambda: network(Repeat((Attention("L", 1.0, "N"),), "L")),
        ["layers[2].layers[1].heads", "'L'", "a depth in layers[2].times", "another name"],
    ),
    "unequal widths from copy to copy": (
        lambda: Network(
            (
                Embedding(9, 1.0),
                Repeat((Residual((Linear(0.9, 9),)), Linear(0.7, 8)), "L"),
                Readout(1.0),
            ),
            0.1,
        ),
        ["layers[2].layers[1]", "unequal widths", "8 below and 9 above"],
    ),
    "a taken name": (lambda: parts(network(Repeat((LAYER,), "P"))), ["'P'", "taken"]),
    "a name that reads as another": (
        lambda: parts(network(Repeat((LAYER,), "m"))),
        ["'m'", "taken", "'L'"],
    ),
    "some vectors of a shared stream": (
        lambda: derive(network(Repeat((Residual((Linear(0.7), SKIP)),), "L"))),
        ["repeated L times", "residual ends in a residual", "depth as a number"],
    ),
    "some vectors of a stream": (
        lambda: derive(
            network(Repeat((LAYER,), "L"), Residual((Linear(0.7, "M"), Linear(0.8), SKIP)), LAYER)
        ),
        ["residual ends in a residual", "depth as a number"],
    ),
    "repeated twice": (
        lambda: network(Repeat((LAYER,), "L")).repeated("D"),
        ["layers[2]", "depth 'L' already"],
    ),
    "nothing to repeat": (lambda: network().repeated("L"), ["nothing stands between"]),
    "no heads": (lambda: network(LAYER).with_heads("H"), ["no attention layer"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_refused_in_one_line(case):
    make, words = WRONG[case]
    with pytest.raises(DescriptionError) as caught:
        make()
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_equal_layers_count_as_one_block():
    four = network(*[LAYER, Attention("H", 0.9, "N")] * 2)
    assert four.repeated("L").layers[1] == Repeat((LAYER, Attention("H", 0.9, "N")), "L")
    assert four.with_heads(3).layers[2].heads == 3


def test_show_any_depth(capsys):
    found = call(capsys, "show", "--repeat", "L", "--heads", "H")
    assert found.status == 0 and found.err == ""
    assert "repeat(L x attention(H=H" in found.out and "∑_{l = 1}^L" in found.out
    found = call(capsys, "show", "--repeat", "3", "--heads", "2")
    assert found.out.count("attention(H=2") == 3


def test_sizes_and_the_least_depth_are_shown(capsys, tmp_path):
    residual = DEEP.replace("[[layers.layers]]", """[[layers.layers]]
    kind = "residual"
        [[layers.layers.layers]]
        kind = "linear"
        variance = 0.7
    [[layers.layers]]""", 1).replace("width = 7", "width = 9")  # fmt: skip
    spec, _ = write(tmp_path, residual)
    found = call(capsys, "show", spec)
    assert "Numbers of vectors, l = 1, …, L:" in found.out
    assert "mₗ = 2 H₂ₗ mₗ₊₁" in found.out and "m_{L+1} = 1" in found.out
    assert "equations of streams for L ≥ 2" in found.out


def test_residuals_alone_are_shown_and_generated_at_any_depth(capsys, tmp_path):
    """A file with one residual, repeated: one stream, one change of variables."""
    path = tmp_path / "residual.toml"
    path.write_text(RESIDUAL)
    found = call(capsys, "show", str(path), "--repeat", "L", "--heads", "H")
    assert found.status == 0 and found.err == ""
    for part in (
        "repeat(L x residual(attention(H=H)))", "mₗ = mₗ₊₁ + Hₗ mₗ₊₁", "ln det [G₁]_{0:mₗ₊₁}",
        "− N₁ ln det G₁", "Λₗ = Λₗ₊₁ ⊕ Qₗ", "Fₗ₊₁ = (σₗ²/Hₗ) tr_{Hₗ} Yₗ + [Fₗ]_{0:mₗ₊₁}",
    ):  # fmt: skip
        assert part in found.out, part
    found = call(capsys, "show", str(path), "--repeat", "L", "--heads", "H", "--latex")
    assert r"\sum_{l = 1}^L" in found.out and r"\Lambda_{l+1}" in found.out
    deep = tmp_path / "deep.toml"
    deep.write_text(network_to_toml(load_network(path).repeated("L").with_heads("H")))
    out = tmp_path / "module.py"
    assert call(capsys, "generate", str(deep), "--out", str(out)).status == 0
    assert "def action_of_shared_stream" in out.read_text()


@pytest.mark.slow
def test_show_certifies_any_depth(capsys):
    found = call(capsys, "show", "--repeat", "L", "--certify", "--digits", "12")
    assert found.status == 0
    assert "closed fixed point" in found.out and "depths 1, 2, 3" in found.out


DEEP = """
temperature = 0.1
[[layers]]
kind = "embedding"
width = 7
variance = 1.1
[[layers]]
kind = "repeat"
times = "L"
    [[layers.layers]]
    kind = "attention"
    heads = 2
    width = 9
    variance = 0.9
[[layers]]
kind = "readout"
variance = 1.2
"""


def test_a_depth_in_a_file(capsys, tmp_path):
    spec, data = write(tmp_path, DEEP)
    assert "stream" in call(capsys, "show", spec, "--markdown").out
    out = str(tmp_path / "solution.npz")
    words = refusal(capsys, "solve", spec, "--data", data, "--out", out)
    assert "depth 'L'" in words and "--set L=VALUE" in words
    assert call(capsys, "solve", spec, "--data", data, "--out", out, "--set", "L=1").status == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--repeat", "0"), ["--repeat", "'0'", "whole number from 1"]),
        (("--repeat", "N", "--heads", "N"), ["'N'", "a depth", "a number of heads"]),
        (("--repeat", "1x"), ["times", "'1x'", "no symbol's name"]),
    ],
)
def test_wrong_depths_get_one_line(capsys, arguments, words):
    message = refusal(capsys, "show", *arguments)
    for word in words:
        assert word in message
