"""What a packaged program hands on to what it starts."""

from __future__ import annotations

import os
import sys

import pytest

from app.bridge.packaged import give_back_environment


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", "/opt/doorkeep/_internal", raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/doorkeep/_internal")
    return monkeypatch


def test_others_programs_do_not_get_our_libraries(frozen: pytest.MonkeyPatch) -> None:
    give_back_environment()
    assert "LD_LIBRARY_PATH" not in os.environ


def test_the_value_from_before_comes_back(frozen: pytest.MonkeyPatch) -> None:
    frozen.setenv("LD_LIBRARY_PATH_ORIG", "/home/ann/lib")
    give_back_environment()
    assert os.environ["LD_LIBRARY_PATH"] == "/home/ann/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ


def test_a_value_that_the_loader_did_not_write_stays(frozen: pytest.MonkeyPatch) -> None:
    frozen.setenv("LD_LIBRARY_PATH", "/home/ann/lib")
    give_back_environment()
    assert os.environ["LD_LIBRARY_PATH"] == "/home/ann/lib"


def test_what_the_loader_tells_itself_is_not_handed_on(frozen: pytest.MonkeyPatch) -> None:
    frozen.setenv("_PYI_ARCHIVE_FILE", "/opt/doorkeep/doorkeep")
    give_back_environment()
    assert "_PYI_ARCHIVE_FILE" not in os.environ


def test_without_a_package_nothing_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/home/ann/lib")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/else")
    give_back_environment()
    assert os.environ["LD_LIBRARY_PATH"] == "/home/ann/lib"
