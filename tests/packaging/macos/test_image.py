"""The disk image's command, as hdiutil(1) takes it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
image = importlib.import_module("macos.image")


def test_it_is_made_of_the_folder_and_replaces_one_that_lies_there() -> None:
    words = image.command("/stage", "/out/doorkeep.dmg")
    assert words[:2] == ["hdiutil", "create"]
    assert words[words.index("-srcfolder") + 1] == "/stage"
    assert words[-1] == "/out/doorkeep.dmg"
    assert "-ov" in words


def test_it_is_named_for_the_processor_it_was_made_on() -> None:
    assert image.machine()
