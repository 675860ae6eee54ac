"""Golden files: `pytest tests/golden --update-golden` writes them anew."""

from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the file of a name, or writes that file."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, text: str) -> None:
        path = FOLDER / name
        if update:
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{name} is missing; run pytest tests/golden --update-golden"
        assert text == path.read_text(encoding="utf-8"), (
            f"{name} differs; if that is meant, run pytest tests/golden --update-golden"
        )

    return compare
