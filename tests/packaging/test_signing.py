"""Signatures where a key is named, and a warning that nobody overlooks where none is."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
signing = importlib.import_module("signing")


def test_without_a_key_it_says_so_loudly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOORKEEP_GPG_KEY", raising=False)
    assert signing.sign([str(tmp_path / "a")]) == []
    assert "NOT SIGNED: DOORKEEP_GPG_KEY names no key" in capsys.readouterr().out


def test_with_a_key_each_file_gets_a_signature_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for gpg that writes down how it was called, and signs as far as a file's name goes."""
    gpg = tmp_path / "bin" / "gpg"
    gpg.parent.mkdir()
    gpg.write_text('#!/bin/sh\necho "$@" >> "$0.said"\nwhile [ "$1" != --output ]; do shift; done\ntouch "$2"\n')
    gpg.chmod(0o755)
    monkeypatch.setenv("PATH", f"{gpg.parent}:/usr/bin:/bin")
    monkeypatch.setenv("DOORKEEP_GPG_KEY", "ABCD")
    (tmp_path / "a").write_text("a")
    assert signing.sign([str(tmp_path / "a")]) == [str(tmp_path / "a.asc")]
    assert (tmp_path / "a.asc").exists()
    said = Path(f"{gpg}.said").read_text()
    assert said.startswith("--batch --yes --local-user ABCD --armor --detach-sign")
