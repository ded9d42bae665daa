"""A second start raises the first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.ui.shell.single import Single

ROOT = Path(__file__).parents[4]
SECOND = "import sys\nfrom PySide6.QtCore import QCoreApplication\nfrom app.ui.shell.single import Single\n"
SECOND += "app = QCoreApplication([])\nprint(Single(sys.argv[1]).first)\n"


def second(home: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", SECOND, home], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_first_is_raised_by_the_second(home: str, qapp, qtbot) -> None:
    first = Single(home)
    assert first.first
    with qtbot.waitSignal(first.raised, timeout=20_000):
        other = second(home)
    assert other.communicate(timeout=20)[0].strip() == "False"
    first.close()


def test_after_the_first_has_gone_the_next_is_first(home: str, qapp) -> None:
    Single(home).close()
    again = Single(home)
    assert again.first
    again.close()


def test_a_socket_left_by_a_crash_is_no_obstacle(home: str, qapp) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", SECOND + "import os; os._exit(9)", home],
        cwd=ROOT,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert killed.returncode == 9
    again = Single(home)
    assert again.first
    again.close()
