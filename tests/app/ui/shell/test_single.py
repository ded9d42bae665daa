"""A second start raises the first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtNetwork import QLocalSocket

from app.ui.shell.single import Single, _name
from app.version import VERSION

ROOT = Path(__file__).parents[4]
SECOND = "import sys\nfrom PySide6.QtCore import QCoreApplication\nfrom app.ui.shell.single import Single\n"
SECOND += "app = QCoreApplication([])\none = Single(sys.argv[1], release=sys.argv[2])\n"
SECOND += "print(one.first)\nif one.first: one.listen()\n"


def second(home: str, release: str = VERSION) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", SECOND, home, release], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_first_is_raised_by_the_second(home: str, qapp, qtbot) -> None:
    first = Single(home)
    assert first.first
    first.listen()
    with qtbot.waitSignal(first.raised, timeout=20_000):
        other = second(home)
    assert other.communicate(timeout=20)[0].strip() == "False"
    first.close()


def test_a_newer_release_takes_the_place_of_an_older_one(home: str, qapp, qtbot) -> None:
    first = Single(home, release="1.2.0")
    first.listen()
    first.replaced.connect(first.close)
    with qtbot.waitSignal(first.replaced, timeout=20_000):
        other = second(home, "1.10.0")
    assert other.communicate(timeout=20)[0].strip() == "True"


def test_an_older_release_raises_a_newer_one(home: str, qapp, qtbot) -> None:
    first = Single(home, release="1.10.0")
    first.listen()
    with qtbot.waitSignal(first.raised, timeout=20_000):
        other = second(home, "1.2.0")
    assert other.communicate(timeout=20)[0].strip() == "False"
    first.close()


def test_a_start_that_says_no_release_raises_the_first(home: str, qapp, qtbot) -> None:
    """As the first release does."""
    first = Single(home)
    first.listen()
    caller = QLocalSocket()
    with qtbot.waitSignal(first.raised, timeout=20_000):
        caller.connectToServer(_name(home))
    first.close()


def test_after_the_first_has_gone_the_next_is_first(home: str, qapp) -> None:
    Single(home).close()
    again = Single(home)
    assert again.first
    again.listen()
    again.close()


def test_a_socket_left_by_a_crash_is_no_obstacle(home: str, qapp) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", SECOND + "import os; os._exit(9)", home, VERSION],
        cwd=ROOT,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert killed.returncode == 9
    again = Single(home)
    assert again.first
    again.listen()
    again.close()


def test_a_second_start_waits_for_a_first_that_does_not_listen_yet(home: str, qapp, qtbot) -> None:
    first = Single(home)
    other = second(home)
    listening = QTimer()
    listening.setSingleShot(True)
    listening.timeout.connect(first.listen)
    listening.start(300)
    with qtbot.waitSignal(first.raised, timeout=20_000):
        pass
    assert other.communicate(timeout=20)[0].strip() == "False"
    first.close()


def test_a_start_that_was_killed_at_once_locks_nobody_out(home: str, qapp) -> None:
    (Path(home) / "run").mkdir(exist_ok=True)
    (Path(home) / "run" / "tray.lock").write_bytes(b"")
    again = Single(home)
    assert again.first
    again.close()
