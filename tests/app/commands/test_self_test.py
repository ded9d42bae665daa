"""`doorkeep self-test`: what it checks, what it says of a broken build, and that it leaves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.commands import self_test
from app.core import guide
from app.gateway.pins import builtin_folder

BOUND = 240


def test_everything_is_checked_and_passes_and_nothing_stays(home: str, tmp_path: Path) -> None:
    own = tmp_path / "temporary"
    own.mkdir()
    found = subprocess.run(
        [sys.executable, "-P", "-m", "app.cli", "--home", home, "self-test"],
        capture_output=True,
        timeout=BOUND,
        check=False,
        env={**os.environ, "TMPDIR": str(own), "QT_QPA_PLATFORM": "offscreen"},
    )
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert [line for line in lines if not line["ok"]] == []
    assert found.returncode == 0
    checks = [line["check"] for line in lines]
    servers = [f"server {name[:-5]}" for name in sorted(os.listdir(builtin_folder())) if name.endswith(".json")]
    assert checks[: 3 + len(servers)] == ["guide", "gateway", "bridge", *servers]
    assert {"window: drawings", "window: page home", "window: page settings"} <= set(checks)
    assert os.listdir(own) == []
    assert os.listdir(home) == []


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A build whose bridge is missing and whose desktop app cannot start."""
    monkeypatch.setattr("app.clients.targets.bridge_path", lambda: str(tmp_path / "no-bridge"))
    monkeypatch.setattr(self_test, "tray_program", lambda: [sys.executable, "-c", "import sys; sys.exit('no Qt here')"])
    monkeypatch.setattr(self_test, "_check_gateway", lambda home: None)
    monkeypatch.setattr(self_test, "_check_server", lambda home, name: None)


@pytest.mark.usefixtures("broken")
def test_what_is_broken_is_said_and_the_rest_still_checked(home: str) -> None:
    found = {line["check"]: line for line in self_test.findings(home)}
    assert found["gateway"]["ok"]
    assert not found["bridge"]["ok"]
    assert "no-bridge" in found["bridge"]["why"]
    assert found["server filesystem"]["ok"]
    assert found["window"] == {"check": "window", "ok": False, "why": "RuntimeError: no Qt here"}


def test_a_page_of_the_guide_that_is_not_packaged_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "FOLDER", str(tmp_path))
    found = self_test.checked("guide", self_test._check_guide)
    assert not found["ok"]
    assert "index.md" in found["why"]


def test_a_window_that_fails_after_its_checks_is_told_too() -> None:
    program = [sys.executable, "-c", 'print(\'{"check": "page home", "ok": true}\'); raise SystemExit(3)']
    assert [(line["check"], line["ok"]) for line in self_test.window_findings(program)] == [
        ("window: page home", True),
        ("window", False),
    ]


def test_a_failing_check_makes_the_command_fail(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.cli import main

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(self_test, "findings", lambda home: iter([{"check": "gateway", "ok": False, "why": "x"}]))
    assert main(["self-test"]) == 1
    assert json.loads(capsys.readouterr().out)["why"] == "x"
    assert not [name for name in os.listdir(tmp_path) if name.startswith("doorkeep-self-test-")]
