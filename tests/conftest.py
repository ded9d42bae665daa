"""What every test stands on: a home of its own, and no way to the real one."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from app.core import known

# No test is timed; and CI looks at the same examples each time, so that it never fails by chance.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("house")

REAL_HOME = Path(pwd.getpwuid(os.getuid()).pw_dir)
FORBIDDEN = [
    REAL_HOME / ".local/share/doorkeep",
    REAL_HOME / ".config/Claude",
    REAL_HOME / ".config/systemd/user/doorkeep.service",
]
NOBODY = "nobody-may-see"
"""In every secret that a test plants: whatever it does with it, no file of its account may hold it in the end."""
MOST_READ = 64 * 1024 * 1024
STRIPPED = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "DOORKEEP_HOME")


# A shell that runs its jobs in the background has them ignore Ctrl-C, and every program started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _files_that_tell(account: Path) -> list[str]:
    """Files that hold a secret of a test; tests that keep one on purpose in a file give it another name."""
    found: list[str] = []
    for folder, _, names in os.walk(account):
        for path in (Path(folder, name) for name in names):
            with contextlib.suppress(OSError):
                if path.is_file() and path.stat().st_size < MOST_READ and NOBODY.encode() in path.read_bytes():
                    found.append(str(path))
    return found


@pytest.fixture(autouse=True)
def guard(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Gives the test an account home of its own and fails it if it reached the real one."""
    account = tmp_path_factory.mktemp("account")
    for name in list(os.environ):
        if name.startswith("XDG_") or name in STRIPPED:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(account))
    before = [_state(path) for path in FORBIDDEN]
    yield account
    known.forget()  # what one test's servers were given must not be missing from another test's log
    assert _files_that_tell(account) == [], "a secret stands in a file"
    assert [_state(path) for path in FORBIDDEN] == before, "a test touched the real home"


@pytest.fixture
def home(guard: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Doorkeep home, empty, named by DOORKEEP_HOME."""
    path = guard / "doorkeep"
    path.mkdir(mode=0o700)
    monkeypatch.setenv("DOORKEEP_HOME", str(path))
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a few real files."""
    root = tmp_path / "Documents"
    (root / "notes").mkdir(parents=True)
    (root / "report.md").write_text("# Report\n\nTotal: 42\n")
    (root / "notes" / "todo.txt").write_text("buy milk\ncall Ann\n")
    return root


@pytest.fixture
def wait_until() -> Callable[..., object]:
    """Polls until the function gives something true, and fails after the bound."""

    def poll(fn: Callable[[], object], seconds: float = 20.0, why: str = "") -> object:
        end = time.monotonic() + seconds
        while True:
            found = fn()
            if found:
                return found
            if time.monotonic() > end:
                pytest.fail(f"not within {seconds} s: {why or fn}")
            time.sleep(0.01)

    return poll


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing is skipped: a missing package there is a failure, said with the reason of the skip."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--screens DIR`: where tests of the desktop app leave pictures of every page."""
    parser.addoption("--screens", default=None, help="a folder for PNG pictures of every page and dialog")
