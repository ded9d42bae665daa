"""What Windows shows of each program. PyInstaller's own reader needs Windows; names that stand in for its classes read it here."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
onedir = importlib.import_module("onedir")
version_info = importlib.import_module("windows.version_info")

CLASSES = (
    "VSVersionInfo",
    "FixedFileInfo",
    "StringFileInfo",
    "StringTable",
    "StringStruct",
    "VarFileInfo",
    "VarStruct",
)
"""All that PyInstaller.utils.win32.versioninfo offers to such a file."""


def read(text: str) -> dict[str, Any]:
    """The strings of the resource, and its numbers under `numbers`."""
    found: dict[str, Any] = {}

    def made(kind: str) -> Any:
        def make(*given: Any, **named: Any) -> None:
            if kind == "StringStruct":
                found[given[0]] = given[1]
            elif kind == "FixedFileInfo":
                found["numbers"] = named["filevers"]

        return make

    eval(text, {kind: made(kind) for kind in CLASSES})
    return found


@pytest.mark.parametrize("program", onedir.PROGRAMS)
def test_each_program_says_what_it_is(program: str) -> None:
    found = read(version_info.text(program, "1.2.3rc1"))
    assert found["OriginalFilename"] == f"{program}.exe"
    assert (found["ProductVersion"], found["numbers"]) == ("1.2.3rc1", (1, 2, 3, 0))
    assert found["FileDescription"]


def test_the_three_can_be_told_apart() -> None:
    assert len(set(version_info.TITLES.values())) == len(onedir.PROGRAMS)
