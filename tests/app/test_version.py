"""One version, everywhere."""

import tomllib
from pathlib import Path

from app.version import VERSION


def test_the_version_is_the_package_s() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
