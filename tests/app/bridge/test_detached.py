from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.bridge.detached import account_environment, run_detached, run_quietly

if sys.platform == "win32":
    pytest.skip("Windows has a scheduled task instead", allow_module_level=True)

REPORT = """
import json, os, sys
found = {"environ": dict(os.environ), "ppid": os.getppid(), "sid": os.getsid(0), "pid": os.getpid(), "cwd": os.getcwd(),
         "umask": os.umask(0), "fds": sorted(int(name) for name in os.listdir("/dev/fd") if os.path.exists("/dev/fd/" + name))}
sys.stderr.write("a word\\n")
with open(sys.argv[1] + ".new", "w") as file:
    json.dump(found, file)
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""


@pytest.fixture
def report(home: str, wait_until: Callable[..., object]) -> Callable[..., Any]:
    def run(**options: Any) -> Any:
        path = Path(home, "report")
        run_detached(home, [sys.executable, "-c", REPORT, str(path)], **options)
        wait_until(path.exists)
        return json.loads(path.read_text())

    return run


def test_it_is_no_descendant_and_leads_no_terminal_of_ours(report: Callable[..., Any]):
    found = report()
    assert found["ppid"] != os.getpid()
    assert found["sid"] not in (os.getsid(0), found["pid"])
    assert (found["cwd"], found["umask"]) == ("/", 0o077)


def test_it_inherits_no_descriptor_and_no_variable(report: Callable[..., Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    found = report()
    os.close(reader)
    os.close(writer)
    assert set(found["fds"]) <= {0, 1, 2}
    assert set(found["environ"]) - {"LC_CTYPE"} <= {
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "PATH",
        "LANG",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
    }


def test_its_last_words_are_kept(home: str, report: Callable[..., Any], wait_until: Callable[..., object]):
    report()
    log = Path(home, "logs", "gateway.log")
    wait_until(lambda: log.read_text() == "a word\n")
    assert log.stat().st_mode & 0o077 == 0


def test_where_the_system_did_it_the_command_does_not_run(home: str, wait_until: Callable[..., object]):
    asked, ran = Path(home, "asked"), Path(home, "ran")

    def first(environment: dict[str, str]) -> bool:
        return run_quietly(["mkdir", str(asked)], environment)

    run_detached(home, [sys.executable, "-c", f"open({str(ran)!r}, 'w')"], first)
    wait_until(asked.exists)
    run_detached(home, [sys.executable, "-c", f"import os; os.mkdir({str(ran) + '2'!r})"])
    wait_until(Path(str(ran) + "2").exists)
    assert not ran.exists()


def test_where_the_system_fails_the_command_runs(report: Callable[..., Any]):
    assert report(first=lambda environment: run_quietly(["false"], environment))["pid"]


@pytest.mark.parametrize(("command", "worked"), [(["true"], True), (["false"], False), (["no-such-program"], False)])
def test_quiet_commands_say_whether_they_worked(command: list[str], worked: bool):
    assert run_quietly(command, {"PATH": os.environ["PATH"]}) is worked


def test_the_environment_is_the_accounts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("USER", "somebody-else")
    found = account_environment()
    assert found["USER"] == found["LOGNAME"] != "somebody-else"
    assert found["HOME"] == os.environ["HOME"]
