"""The user's own PATH, found once, within a bound, whatever the shell prints besides."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there is no login shell", allow_module_level=True)

from app.gateway import login_path
from app.gateway.log import GatewayLog
from app.gateway.login_path import LoginPath, fallback, login_shell
from app.gateway.loop import Loop
from app.gateway.supervisor import Supervisor

Turn = Callable[..., object]
TALKATIVE = """#!/bin/sh
echo "Welcome, it is $$"
echo x >> {runs}
PATH=/from/login:$PATH
while [ "$1" != "-c" ]; do shift; done
eval "$2"
"""


@pytest.fixture
def path(loop: Loop, home: str) -> Iterator[LoginPath]:
    os.makedirs(os.path.join(home, "run"))
    supervisor = Supervisor(loop, home, GatewayLog(home))
    loop.on_signal(signal.SIGCHLD, supervisor.reap)
    yield LoginPath(loop, home, supervisor.begin)
    supervisor.end_at_once()


def shell(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "shell"
    place.write_text(text)
    place.chmod(0o755)
    monkeypatch.setenv("SHELL", str(place))


def test_it_is_asked_for_once_and_kept(
    path: LoginPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn_until: Turn
) -> None:
    shell(tmp_path, TALKATIVE.format(runs=tmp_path / "runs"), monkeypatch)
    found: list[str] = []
    path.find(found.append)
    path.find(found.append)
    turn_until(lambda: len(found) == 2)
    path.find(found.append)
    assert all(one.startswith("/from/login:") for one in found)
    assert (tmp_path / "runs").read_text() == "x\n"


def test_the_real_shell_answers(path: LoginPath, turn_until: Turn) -> None:
    found: list[str] = []
    path.find(found.append)
    turn_until(lambda: found)
    assert "/bin" in found[0]


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nexec sleep 600\n", "no program"])
def test_a_shell_that_fails_or_hangs_leaves_the_usual_places(
    path: LoginPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn_until: Turn, text: str
) -> None:
    monkeypatch.setattr(login_path, "SHELL_SECONDS", 0.3)
    shell(tmp_path, text, monkeypatch)
    found: list[str] = []
    path.find(found.append)
    turn_until(lambda: found)
    assert found == [fallback()]
    assert "/usr/local/bin" in found[0]


def test_a_shell_that_is_no_program_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "relative/zsh")
    assert login_shell() == "/bin/sh"
