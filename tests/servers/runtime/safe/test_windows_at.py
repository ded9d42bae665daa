"""What is Windows's own in working on entries; what both ways share is in test_at.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servers.runtime.safe import moving, windows, windows_at
from tests.fakes.windows_kernel import FakeKernel, Node


def test_an_entry_is_named_by_its_folders_final_path_in_the_literal_form(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = FakeKernel()
    kernel.add("C:\\in\\sub\\b.txt", Node(b"below"))
    monkeypatch.setattr(windows, "_kept", [kernel])
    folder = windows.open_root("C:\\IN\\SUB")
    assert windows_at.where(folder, "b.txt") == "\\\\?\\C:\\in\\sub\\b.txt"
    assert windows_at.where(windows.open_root("C:\\"), "in") == "\\\\?\\C:\\in"


def test_a_rename_to_a_free_name_is_windows_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    monkeypatch.setattr(windows_at, "where", lambda fd, name="": str(tmp_path / name))
    monkeypatch.setattr(moving.sys, "platform", "win32")
    moving.rename_new(0, "a", 0, "b")
    assert os.listdir(tmp_path) == ["b"]
    assert moving.exchange(0, "b", "c") is False
