"""Every wrong claim gets one line that says what is wrong, where, and what would do."""

import pytest

from derive.errors import DeriveError
from derive.theories.networks.words import compare, load_claim

SPEC = """
temperature = 0.1
[[layers]]
kind = "embedding"
width = 9
variance = 1.3
[[layers]]
kind = "attention"
heads = 2
width = 7
variance = 0.8
[[layers]]
kind = "readout"
variance = 1.2
"""
KERNEL = '[[lines]]\nexpression = "K(U_1)"\n'
HEAD = 'network = "spec.toml"\nabout = "kernel"\n'


def _refusal(tmp_path, text, spec=SPEC):
    (tmp_path / "spec.toml").write_text(spec)
    path = tmp_path / "claim.toml"
    path.write_text(text)
    with pytest.raises(DeriveError) as caught:
        compare(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_right_claim_is_read(tmp_path):
    (tmp_path / "spec.toml").write_text(SPEC)
    path = tmp_path / "claim.toml"
    path.write_text(HEAD + "[assume]\ntemperature = 0.5\n" + KERNEL)
    claim = load_claim(path)
    assert claim.assume == {"temperature": "0.5"}
    assert compare(path).verdict.value == "AGREES"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("network = 3\n", ["network", "text in quotes"]),
        (HEAD, ["lines", "none", "[[lines]]"]),
        (HEAD + "lines = []", ["lines", "none"]),
        (HEAD + "lines = 3", ["lines", "a list of tables"]),
        (HEAD + "lines = [3]", ["lines[1]", "a table"]),
        (HEAD + "[[lines]]\nrelation = 'equal'", ["lines[1].expression", "missing"]),
        (HEAD + "[[lines]]\nexpresion = 'y'", ["lines[1].expresion", "expression"]),
        (HEAD + "[[lines]]\nexpression = 3", ["lines[1].expression", "quotes"]),
        (HEAD + KERNEL + 'relation = "equal"', ["lines[1].relation", "no line before"]),
        (HEAD + KERNEL + KERNEL + 'relation = "equl"', ["lines[2].relation", "equal"]),
        (HEAD + KERNEL + KERNEL + 'relation = "leading"', ["lines[2].relation", "leading N"]),
        ("abuot = 'kernel'\n" + KERNEL, ["abuot", "did you mean 'about'"]),
        ('about = "kernel"\n' + KERNEL, ["about", "no network"]),
        ('network = "spec.toml"\n' + KERNEL, ["about", "missing"]),
        ('network = "spec.toml"\nabout = "kernal"\n' + KERNEL, ["did you mean 'kernel'"]),
        ('network = "spec.toml"\nabout = "saddle"\n' + KERNEL, ["saddle U_1"]),
        ('network = "spec.toml"\nabout = "saddle U_7"\n' + KERNEL, ["U_7", "U_1", "u_a"]),
        ('network = "none.toml"\nabout = "kernel"\n' + KERNEL, ["none.toml", "cannot be read"]),
        (HEAD + 'up_to = ["sign"]\n' + KERNEL, ["up_to", "constant"]),
        (HEAD + "up_to = 'constant'\n" + KERNEL, ["up_to", "a list"]),
        (HEAD + 'expect = "YES"\n' + KERNEL, ["expect", "AGREES"]),
        (HEAD + 'slip = "none"\n' + KERNEL, ["slip", "a head factor"]),
        (HEAD + '[declare]\nA = "positive"\n' + KERNEL, ["declare", "[symbols]"]),
        (HEAD + '[symbols]\nU_1 = "G_1"\n' + KERNEL, ["symbols.U_1", "our names", "another"]),
        (HEAD + '[symbols]\n"a b" = "G_1"\n' + KERNEL, ["symbols", "letters"]),
        (HEAD + '[symbols]\nQ = "Nope"\n' + KERNEL, ["symbols.Q", "Nope"]),
        (HEAD + '[assume]\nN_9 = "1"\n' + KERNEL, ["assume.N_9", "N_1"]),
        (HEAD + '[assume]\nN_1 = "N_a"\nN_a = "N_1"\n' + KERNEL, ["assume", "back to itself"]),
        (HEAD + '[assume]\nN_1 = "y"\n' + KERNEL, ["assume.N_1"]),
        (HEAD + '[[lines]]\nexpression = "nope(U_1)"', ["lines[1].expression", "nope"]),
        (HEAD + '[[lines]]\nexpression = "U_1 = K(U_1)"', ["lines[1].expression", "two lines"]),
        (HEAD + '[[lines]]\nexpression = "K(U_1)*U_1"', ["lines[1].expression"]),
        ("[declare]\nA = 'positive'\n[symbols]\nA = 'A'\n" + KERNEL * 2, ["symbols.A", "declare"]),
        ("[[lines]]\nexpression = 'A'\n" * 2, ["lines[1].expression", "A"]),
        ("[[lines]]\nexpression = '1'\n", ["lines", "one"]),
        ("up_to = ['factor']\n" + KERNEL * 2, ["up_to", "network"]),
        ("x = [", ["not TOML"]),
    ],
)
def test_a_wrong_claim_is_refused_in_one_line(tmp_path, text, parts):
    message = _refusal(tmp_path, text)
    assert all(
        part in message for part in ("claim.toml" if "none.toml" not in text else "", *parts)
    )


def test_a_broken_network_is_named(tmp_path):
    message = _refusal(tmp_path, HEAD + KERNEL, spec="temperature = 0.1\nlayres = 3\n")
    assert "spec.toml" in message
    assert "layres" in message


def test_a_missing_file_and_one_that_is_no_text(tmp_path):
    with pytest.raises(DeriveError, match="cannot be read"):
        load_claim(tmp_path / "claim.toml")
    (tmp_path / "claim.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DeriveError, match="UTF-8"):
        load_claim(tmp_path / "claim.toml")


def test_a_path_says_it_all(tmp_path):
    with pytest.raises(DeriveError, match="nothing else"):
        compare(tmp_path / "claim.toml", "kernel")


@pytest.mark.parametrize("settings", [{"digits": 5}, {"instances": 0}])
def test_too_few_digits_or_instances(settings):
    declare = {"x": "positive"}
    with pytest.raises(DeriveError, match="given"):
        compare(None, lines=["x", "x"], declare=declare, **settings)
