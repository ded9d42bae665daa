"""A confined process opens what it was left and nothing else; opening, writing, undo and a program still work in it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from servers.runtime.safe import landlock

ROOT = Path(__file__).parents[4]
PROGRAM = ROOT / "tests" / "fakes" / "confined.py"
needs_landlock = pytest.mark.skipif(not landlock.available(), reason="this kernel has no Landlock")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a confined process says it could do."""
    place = tmp_path_factory.mktemp("confined")
    for name in ("granted", "read", "outside"):
        (place / name).mkdir()
        (place / name / "file.txt").write_text(name)
    (place / "granted/link").symlink_to(place / "outside/file.txt")
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(place)], cwd=ROOT, env={"PYTHONPATH": str(ROOT), "HOME": str(place / "account")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_landlock
@pytest.mark.parametrize(
    "act",
    ["read granted", "read read", "overwrite granted", "create granted", "make a folder", "move between folders", "undo", "trash",
     "write to /dev/null", "import a module", "run the allowed program", "list granted"],
)  # fmt: skip
def test_what_was_left_still_works(answers: dict[str, str], act: str) -> None:
    assert answers[act] == "done"


@needs_landlock
@pytest.mark.parametrize(
    "act",
    ["read outside", "read outside by link", "write read", "create outside", "list outside", "remove outside", "link outside in",
     "run another program", "run a program that reads outside", "connect by TCP", "truncate outside"],
)  # fmt: skip
def test_everything_else_is_refused_by_the_kernel(answers: dict[str, str], act: str) -> None:
    assert answers[act] in ("PermissionError", "refused")


@needs_landlock
def test_it_refuses_to_confine_only_one_of_several_threads() -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        with pytest.raises(RuntimeError, match="before the first thread"):
            landlock.confine([], [])
    finally:
        stop.set()
        other.join(20)


def test_a_kernel_without_it_is_said_to_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "available", lambda: 0)
    made = landlock.confine(["/"], [])
    assert made.abi == 0
    assert "only Doorkeep's own checks" in made.reason


def test_another_system_is_said_to_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock.sys, "platform", "darwin")
    assert "darwin" in landlock.confine(["/"], []).reason
