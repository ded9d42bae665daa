"""Whose work is packaged, and on what terms."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
licences = importlib.import_module("licences")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("onedir")
    (folder / "_internal").mkdir()
    return licences.text(str(folder))


def test_ours_comes_first_in_debians_form(text: str) -> None:
    first = text.split("=" * 80, maxsplit=1)[0]
    assert first.startswith("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n")
    assert "\nLicense: MIT\n" in first
    assert all(
        line.startswith((" ", "Format:", "Upstream-", "Files:", "Copyright:", "License:", "What"))
        for line in first.split("\n")
        if line
    )


@pytest.mark.parametrize("whose", ["Python 3", "msgspec ", "mcp ", "PySide6_Essentials ", "cryptography ", "tomlkit "])
def test_everybodys_terms_are_in_it(text: str, whose: str) -> None:
    (words,) = [part for part in text.split("=" * 80 + "\n") if part.startswith(whose)]
    position = text.index(words) + len(words)
    assert len(text[position:].split("=" * 80 + "\n")[1].strip()) > 3


def test_qt_is_named_with_its_licence(text: str) -> None:
    assert "GNU Lesser General Public License 3" in text
