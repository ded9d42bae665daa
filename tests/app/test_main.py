"""`doorkeep-tray`, the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__ as tray

ROOT = Path(__file__).parents[2]


def test_without_a_desktop_it_says_so_and_names_the_commands(
    home: str, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    assert tray.main(["--background"]) == 1
    assert "doorkeep --help" in capsys.readouterr().err


def test_wrong_words_are_a_usage_error(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        tray.main(["--nonsense"])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_its_help_loads_no_qt() -> None:
    code = "import sys; from app.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: print('PySide6' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert shown.stdout.splitlines()[-1] == "False"


def test_what_nobody_caught_is_printed_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: printed.append(error))
    said: list[Exception] = []
    tray.errors_to(said.append)
    error = ValueError("x")
    sys.excepthook(ValueError, error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert said == [error]
    assert printed[0] is error
    assert len(printed) == 2
