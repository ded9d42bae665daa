"""Installing without a desktop, as a person types it."""

from __future__ import annotations

import pytest

from app.cli import main
from app.desktop import installing


def test_from_a_checkout_it_says_why_not(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install"]) == 1
    assert "This Doorkeep cannot install itself." in capsys.readouterr().err


def test_it_installs_and_tells_what_to_know(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(progress: installing.Progress) -> list[str]:
        progress(1, 2)
        return ["~/.local/bin is not in your PATH yet."]

    monkeypatch.setattr(installing, "install", install)
    assert main(["install"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Doorkeep is installed.")
    assert "~/.local/bin is not in your PATH yet." in out


def test_it_removes_of_the_home_that_was_named(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "uninstall", lambda named: [f"Your settings stay in {named}."])
    assert main(["uninstall"]) == 0
    assert capsys.readouterr().out == f"Doorkeep is removed.\nYour settings stay in {home}.\n"
