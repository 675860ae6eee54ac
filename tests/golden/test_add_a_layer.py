"""The page on kinds of layers of one's own: its code is the example's, its output the program's."""

import re
from pathlib import Path

import pytest
from own_kinds import EXAMPLE, installed, run

PAGE = Path(__file__).parents[2] / "docs" / "add_a_layer.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
SOURCES = {"python": "moving_average.py", "toml": "pyproject.toml"}

RUN = """
import doctest, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
text = re.sub(r"^```.*$", "", text, flags=re.MULTILINE)
test = doctest.DocTestParser().get_doctest(text, {}, "add_a_layer.md", sys.argv[1], 0)
runner = doctest.DocTestRunner()
runner.run(test)
print(runner.tries, runner.failures)
"""


@pytest.mark.slow
def test_the_page_says_what_the_program_says(tmp_path):
    site = installed(tmp_path)
    found = run(site, "-c", RUN, PAGE, cwd=EXAMPLE)
    assert found.returncode == 0, found.stderr
    tries, failures = map(int, found.stdout.split()[-2:])
    assert tries >= 15 and failures == 0, found.stdout


@pytest.mark.parametrize("language", SOURCES)
def test_its_code_is_that_of_the_example(language):
    files = [EXAMPLE / SOURCES[language], EXAMPLE / "network.toml"]
    shown = [text for kind, text in BLOCKS if kind == language and ">>>" not in text]
    assert shown
    for text in shown:
        left = iter("".join(path.read_text() for path in files).splitlines())
        for line in filter(None, text.splitlines()):  # in the order of the file
            assert line in left, line
