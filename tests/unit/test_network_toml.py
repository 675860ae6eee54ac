"""TOML files: the contract of issue 2, and one line for every way of getting it wrong."""

from dataclasses import dataclass

import numpy as np
import pytest

from derive.errors import DescriptionError
from derive.files.tables import MAX_BYTES
from derive.theories.networks.description import (
    Attention,
    Embedding,
    Network,
    Readout,
    Residual,
    load_network,
    network_from_dict,
    network_to_toml,
)
from derive.theories.networks.description.layers import MAX_NESTING, Weighted

CONTRACT = """
name = "two attention layers"
temperature = 0.01
[[layers]]
kind = "embedding"
width = 10
variance = 1.0
[[layers]]
kind = "attention"
heads = 2
width = 10
variance = 1.0
[[layers]]
kind = "residual"
    [[layers.layers]]
    kind = "attention"      # width: as the stream, may be left out
    heads = 2
    variance = 1.0
[[layers]]
kind = "readout"
variance = 1.0
token = "last"              # or "first", "mean"
"""


def test_contract(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(CONTRACT)
    body = Residual((Attention(2, 1.0),))
    layers = (Embedding(10, 1.0), Attention(2, 1.0, 10), body, Readout(1.0, "last"))
    assert load_network(path) == Network(layers, 0.01, "two attention layers")


def test_windows_file(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_bytes(b"\xef\xbb\xbf" + CONTRACT.replace("\n", "\r\n").encode())
    assert load_network(str(path)).name == "two attention layers"


def nested(depth):
    text = CONTRACT.split('[[layers]]\nkind = "residual"')[0]
    for level in range(1, depth + 1):
        header = ".".join(["layers"] * level)
        text += f'[[{header}]]\nkind = "residual"\n'
    text += f'[[{".".join(["layers"] * (depth + 1))}]]\nkind = "linear"\nvariance = 1\n'
    return text + '[[layers]]\nkind = "readout"\nvariance = 1\n'


# What is replaced in the contract, by what, and what the one line says.
EDITS = {
    "no_layers": (CONTRACT, "temperature = 1", ["layers", "none", "embedding"]),
    "layers_a_table": (CONTRACT, "temperature = 1\n[layers]\nkind = 'linear'", ["[[layers]]"]),
    "layers_a_number": (CONTRACT, "temperature = 1\nlayers = 3", ["layers: 3", "[[layers]]"]),
    "layers_of_numbers": (CONTRACT, "temperature = 1\nlayers = [3]", ["layers[1]: 3", "table"]),
    "no_temperature": ("temperature = 0.01\n", "", ["temperature", "missing", "= 0.01"]),
    "temperature_text": ("0.01", '"warm water"', ["temperature", "'warm water'", "quotes"]),
    "temperature_bool": ("0.01", "true", ["temperature", "truth value true", "number"]),
    "temperature_nan": ("0.01", "nan", ["temperature", "nan", "number"]),
    "temperature_infinite": ("0.01", "inf", ["temperature", "inf", "number"]),
    "temperature_date": ("0.01", "2024-01-01", ["temperature", "date", "number"]),
    "top_key": (
        "temperature",
        "temprature",
        ["'temprature'", "did you mean 'temperature'", "name"],
    ),
    "layer_for_layers": (
        '[[layers]]\nkind = "em',
        '[[layer]]\nkind = "em',
        ["did you mean 'layers'"],
    ),
    "zero_heads": ("heads = 2", "heads = 0", ["layers[2].heads", "0", "whole number from 1"]),
    "inner_heads": (
        "heads = 2\n    variance",
        "heads = -1\n    variance",
        ["layers[3].layers[1].heads", "-1"],
    ),
    "heads_a_table": ("heads = 2", "heads = {h = 2}", ["layers[2].heads", "a table", "number"]),
    "negative_variance": (
        "variance = 1.0\ntoken",
        "variance = -1.0\ntoken",
        ["layers[4].variance", "-1.0"],
    ),
    "bool_variance": (
        "variance = 1.0\ntoken",
        "variance = false\ntoken",
        ["layers[4].variance", "truth"],
    ),
    "table_variance": (
        "variance = 1.0\ntoken",
        "variance.of = 1\ntoken",
        ["layers[4].variance", "table"],
    ),
    "layer_key": (
        "heads = 2",
        "head = 2",
        ["layers[2]", "'head'", "did you mean 'heads'", "width"],
    ),
    "far_key": ("heads = 2", "qqq = 2", ["layers[2]", "'qqq'", "kind, heads, variance, width"]),
    "width_of_readout": ("token", "width", ["layers[4]", "'width'", "kind, variance, token"]),
    "missing_key": (
        "heads = 2\nwidth = 10\n",
        "width = 10\n",
        ["layers[2].heads", "missing", "variance"],
    ),
    "missing_inner_key": ("    variance = 1.0\n", "", ["layers[3].layers[1].variance", "missing"]),
    "missing_width": ("heads = 2\nwidth = 10", "heads = 2", ["layers[2].width", "missing"]),
    "missing_kind": ('kind = "attention"\n', "", ["layers[2]", "'kind'", "linear", "residual"]),
    "misspelt_kind": (
        '"attention"',
        '"atention"',
        ["layers[2].kind", "did you mean 'attention'", "linear"],
    ),
    "inner_kind": (
        '"attention"      #',
        '"mlp" #',
        ["layers[3].layers[1].kind", "'mlp'", "linear"],
    ),
    "kind_a_number": ('"attention"', "3", ["layers[2].kind", "3", "attention"]),
    "token": ('"last"', '"middle"', ["layers[4].token", "'middle'", "last, first, mean"]),
    "token_a_table": ('"last"', "{}", ["layers[4].token", "a table", "last, first, mean"]),
    "name_a_number": ('"two attention layers"', "2", ["name", "2", "quotes"]),
    "name_of_two_lines": ("two attention", "two\\nattention", ["name", "line breaks", "200"]),
    "name_with_escape": ("two attention", "two \\u001b[31m", ["name", "control", "200"]),
    "long_name": ("two attention", "two " * 60, ["name", "too long", "200"]),
    "unequal_skip": (
        "    heads = 2",
        "    heads = 2\n    width = 7",
        ["layers[3]", "unequal widths, 10 below and 7 above"],
    ),
    "syntax": ("heads = 2", "heads = = 2", ["not TOML", "line 10"]),
    "twice": ("heads = 2", "heads = 2\nheads = 2", ["not TOML", "line 11"]),
    "too_many_digits": ("0.01", "1" * 5000, ["whole number of thousands of digits", "shorter"]),
    "huge_number": ("0.01", "0x" + "f" * 5000, ["temperature", "18 digits"]),
    "nested_lists": ("0.01", "[" * 50_000 + "]" * 50_000, ["nested too deeply"]),
    "nested_residuals": (CONTRACT, nested(MAX_NESTING + 1), ["nested more than", str(MAX_NESTING)]),
    "nested_keys": (
        "0.01",
        "{" + "a." * 900 + "a = 1}",
        ["temperature", "a table"],
    ),
    "strange_key": ("heads = 2", '"he\\nads\\u001b" = 2', ["layers[2]", "unknown key"]),
}


def assert_one_line(caught, source, parts):
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.isprintable()
    assert message.startswith(f"{source}: ")
    assert len(message) - len(str(source)) < 500
    assert all(part in message for part in parts), message


@pytest.mark.parametrize(("old", "new", "parts"), EDITS.values(), ids=EDITS.keys())
def test_refusal(old, new, parts, tmp_path):
    path = tmp_path / "spec.toml"
    assert old in CONTRACT
    path.write_text(CONTRACT.replace(old, new, 1))
    with pytest.raises(DescriptionError) as caught:
        load_network(path)
    assert_one_line(caught, path, parts)


def test_deepest_nesting_is_read(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(nested(MAX_NESTING))
    assert load_network(path).describe().count("residual") == MAX_NESTING


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"name = '\xff'", ["UTF-8", "line 1"]),
        (b"PK\x03\x04\x00\n\xfe", ["UTF-8", "line 2"]),
        (b"#" * (MAX_BYTES + 1), ["bytes", str(MAX_BYTES)]),
        (b"", ["temperature", "missing"]),
    ],
)
def test_unusable_file(content, parts, tmp_path):
    path = tmp_path / "spec.toml"
    path.write_bytes(content)
    with pytest.raises(DescriptionError) as caught:
        load_network(path)
    assert_one_line(caught, path, parts)


def test_missing_file_and_folder(tmp_path):
    for path, part in [(tmp_path / "absent.toml", "No such file"), (tmp_path, "directory")]:
        with pytest.raises(DescriptionError) as caught:
            load_network(path)
        assert_one_line(caught, path, [part, "give the path of a TOML file"])


def test_strange_path():
    with pytest.raises(DescriptionError) as caught:
        load_network("absent\nfile\x00.toml")
    assert_one_line(caught, "absent file?.toml", ["cannot be read"])


def test_dictionary():
    with pytest.raises(DescriptionError, match=r"^network: a list where a table is due"):
        network_from_dict([])
    with pytest.raises(DescriptionError, match=r"^spec: unknown key 3"):
        network_from_dict({3: 4}, "spec")


def test_a_class_with_the_name_of_another_kind_is_not_written():
    """It would be read as that kind, which is another layer."""

    @dataclass(frozen=True)
    class Linear(Weighted):
        variance: float
        width: int | None = None

        def operators(self, data, tokens):
            return np.eye(tokens)[::-1][None, None]

    network = Network((Embedding(4, 1.0), Linear(1.0, 4), Readout(1.0)), 0.1)
    with pytest.raises(DescriptionError, match="the class Linear cannot be written to TOML"):
        network_to_toml(network)
