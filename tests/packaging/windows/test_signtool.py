"""Authenticode: with a certificate everything of ours is signed, without one nobody may overlook it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
signtool = importlib.import_module("windows.signtool")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (signtool.CERTIFICATE, signtool.TIMESTAMP, signtool.TOOL):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    found: list[list[str]] = []
    monkeypatch.setattr(signtool, "run", found.append)
    return found


def test_without_a_certificate_nothing_is_run_and_it_is_said_loudly(ran, capsys) -> None:
    assert signtool.command() == []
    assert signtool.sign(["a.exe"]) is False
    assert ran == []
    assert "NOT SIGNED" in capsys.readouterr().out


def test_with_one_all_files_are_signed_and_stamped(ran, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signtool.CERTIFICATE, "AB CD EF")
    monkeypatch.setenv(signtool.TIMESTAMP, "http://stamp.example")
    monkeypatch.setenv(signtool.TOOL, r"C:\kit\signtool.exe")
    assert signtool.sign(["a.exe", "b.exe"]) is True
    assert ran == [
        [
            *(r"C:\kit\signtool.exe", "sign", "/sha1", "ABCDEF", "/fd", "sha256"),
            *("/tr", "http://stamp.example", "/td", "sha256", "a.exe", "b.exe"),
        ]
    ]
    assert capsys.readouterr().out == ""


def test_a_signature_without_a_stamp_is_said_loudly(ran, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signtool.CERTIFICATE, "AB")
    assert signtool.sign(["a.exe"]) is True
    assert "NOT STAMPED" in capsys.readouterr().out
