"""The entry among the applications, as the desktop's own validator reads it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from app.desktop.menu_linux import entry

STRANGE = '/home/Ann Müller/50% "off"/$HOME/`x`/a\\b/doorkeep-tray'


@pytest.mark.parametrize("program", ["/usr/bin/doorkeep-tray", STRANGE])
def test_the_desktops_validator_accepts_it(program: str, tmp_path: Path) -> None:
    validator = shutil.which("desktop-file-validate")
    if validator is None:
        pytest.skip("desktop-file-validate is not installed (Debian: desktop-file-utils)")
    path = tmp_path / "doorkeep.desktop"
    path.write_text(entry([program]), encoding="utf-8")
    said = subprocess.run([validator, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_a_path_with_spaces_and_signs_is_one_word() -> None:
    line = next(line for line in entry([STRANGE]).splitlines() if line.startswith("Exec="))
    assert line == 'Exec="/home/Ann Müller/50%% \\\\"off\\\\"/\\\\$HOME/\\\\`x\\\\`/a\\\\\\\\b/doorkeep-tray"'
