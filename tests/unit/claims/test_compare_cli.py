"""`derive compare`: its report, its JSON, and its exit status."""

import json

import pytest
from command_line import CHAIN, call, refusal, write

HEAD = 'network = "spec.toml"\nabout = "kernel"\n'


def _claim(folder, text):
    write(folder, CHAIN)
    path = folder / "claim.toml"
    path.write_text(HEAD + text)
    return str(path)


@pytest.mark.parametrize(
    ("expression", "status", "verdict"),
    [
        ("K(U_1)", 0, "AGREES"),
        ("2*K(U_1)", 1, "DISAGREES"),
        ("log(-s_0)*K(U_1)", 3, "INCONCLUSIVE"),
    ],
)
def test_the_status_is_the_verdict(tmp_path, capsys, expression, status, verdict):
    path = _claim(tmp_path, f'[[lines]]\nexpression = "{expression}"\n')
    plain = call(capsys, "compare", path, "--digits", "20", "--instances", "2")
    assert plain.status == status
    assert verdict in plain.out
    found = call(capsys, "compare", path, "--json", "--seed", "3")
    assert found.status == status
    content = json.loads(found.out)
    assert content["verdict"] == content["lines"][0]["verdict"] == verdict
    if status == 1:
        assert content["corrections"][0]["slip"] == "a factor 2"
        assert float(content["counterexample"]["found"]) == 2 * float(
            content["counterexample"]["expected"]
        )


def test_wrong_calls(tmp_path, capsys):
    assert "--gallery" in refusal(capsys, "compare")
    assert "not both" in refusal(capsys, "compare", "claim.toml", "--gallery")
    assert "claim.toml" in refusal(capsys, "compare", str(tmp_path / "claim.toml"))
    assert "15" in refusal(capsys, "compare", "claim.toml", "--digits", "3")
    path = _claim(tmp_path, '[[lines]]\nexpression = "K(U_1"\n')
    assert "lines[1].expression" in refusal(capsys, "compare", path)
