"""The manual pages, as man itself reads them."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import COMMANDS

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
man = importlib.import_module("linux.man")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return man.pages("1.0", 1_700_000_000)


def test_there_is_a_page_for_each_program(pages: dict[str, str]) -> None:
    assert set(pages) == {"doorkeep.1", "doorkeep-tray.1", "doorkeep-bridge.1"}
    assert '.TH DOORKEEP 1 "2023-11-14" "Doorkeep 1.0"' in pages["doorkeep.1"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_told(pages: dict[str, str], name: str) -> None:
    assert f".SS doorkeep {name.replace('-', chr(92) + '-')}" in pages["doorkeep.1"]


def test_commands_of_commands_and_their_options_are_told(pages: dict[str, str]) -> None:
    assert ".SS doorkeep folders add" in pages["doorkeep.1"]
    assert "\\-\\-access" in pages["doorkeep.1"]
    assert "\\-\\-background" in pages["doorkeep-tray.1"]


def test_groff_finds_nothing_to_complain_of(pages: dict[str, str]) -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    for page in pages.values():
        said = subprocess.run(
            [groff, "-Kutf8", "-man", "-Tutf8", "-ww", "-z"],
            input=page,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert said.stderr == ""


def test_words_that_troff_would_obey_are_shown() -> None:
    assert man._text(".TH is a \\request-") == "\\&.TH is a \\erequest\\-"
