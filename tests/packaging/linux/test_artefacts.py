"""What can be made for Linux, and that nothing is handed on unproved."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
artefacts = importlib.import_module("linux.artefacts")


@pytest.mark.parametrize(("name", "room"), [("tar", "tarball"), ("deb", "deb")])
def test_each_is_proved_after_it_is_made(name: str, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    module = getattr(artefacts, room)
    monkeypatch.setattr(module, "make", lambda _: done.append("made") or "/x")
    monkeypatch.setattr(module, "prove", lambda _, path: done.append(f"proved {path}"))
    assert artefacts.ARTEFACTS[name](None) == ["/x"]
    assert done == ["made", "proved /x"]
