"""Signing and Apple's word on it, against a stand-in for the tools: the order, the words, and what is said without credentials."""

from __future__ import annotations

import importlib
import plistlib
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
codesign = importlib.import_module("macos.codesign")

ARM = b"\xcf\xfa\xed\xfe" + b"\0" * 28
FAT = b"\xca\xfe\xba\xbe" + b"\0" * 28


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A bundle in small, as PyInstaller lays it out: code, data, and a link to data."""
    root = tmp_path / "Doorkeep.app"
    for name, content in {
        "Contents/MacOS/doorkeep-tray": ARM,
        "Contents/MacOS/doorkeep": ARM,
        "Contents/MacOS/doorkeep-bridge": ARM,
        "Contents/Frameworks/Python": FAT,
        "Contents/Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore": FAT,
        "Contents/Frameworks/PySide6/QtCore.abi3.so": ARM,
        "Contents/Resources/resources/help/log.md": b"# The log\n",
        "Contents/Info.plist": b"<plist/>",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root / "Contents/Resources/Python").symlink_to("../Frameworks/Python")
    return root


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    for name in (codesign.IDENTITY, codesign.PROFILE):
        monkeypatch.delenv(name, raising=False)
    found: list[list[str]] = []
    monkeypatch.setattr(codesign, "run", lambda words, **_more: found.append(words))
    return found


def test_all_code_is_signed_once_from_the_inside_out_and_the_bundle_last(app: Path) -> None:
    found = [str(Path(path).relative_to(app)) for path in codesign.inside_out(str(app))]
    assert found == [
        "Contents/Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore",
        "Contents/Frameworks/PySide6/QtCore.abi3.so",
        "Contents/Frameworks/Python",
        "Contents/MacOS/doorkeep",
        "Contents/MacOS/doorkeep-bridge",
        ".",
    ]


def test_programs_and_the_bundle_get_the_entitlements_and_libraries_none(
    app: Path, ran: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(codesign.IDENTITY, "Developer ID Application: Ann (TEAM)")
    assert codesign.sign(str(app), str(tmp_path))
    *signing, verifying = ran
    assert all(
        words[:6] == ["codesign", "--force", "--timestamp", "--options", "runtime", "--sign"] for words in signing
    )
    entitled = {Path(words[-1]).name for words in signing if "--entitlements" in words}
    assert entitled == {"doorkeep", "doorkeep-bridge", "Doorkeep.app"}
    assert plistlib.loads((tmp_path / "entitlements.plist").read_bytes())
    assert verifying[:4] == ["codesign", "--verify", "--deep", "--strict"]


def test_without_an_identity_nothing_is_signed_and_it_is_said_loudly(app: Path, ran, tmp_path: Path, capsys) -> None:
    assert codesign.sign(str(app), str(tmp_path)) is False
    assert ran == []
    assert "NOT SIGNED" in capsys.readouterr().out


def test_apples_word_is_waited_for_and_stapled_on(ran: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(codesign.PROFILE, "doorkeep")
    assert codesign.notarise("/x/Doorkeep.dmg")
    assert [words[1:3] for words in ran] == [["notarytool", "submit"], ["stapler", "staple"], ["stapler", "validate"]]
    assert ran[0][ran[0].index("--keychain-profile") + 1] == "doorkeep"
    assert "--wait" in ran[0]


def test_without_credentials_nothing_is_sent_and_it_is_said_loudly(ran: list[list[str]], capsys) -> None:
    assert codesign.notarise("/x/Doorkeep.dmg") is False
    assert ran == []
    assert "NOT SIGNED OR NOTARISED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "code"), [(ARM, True), (FAT, True), (b"#!/bin/sh\n", False), (b"", False), (b"\xcf\xfa", False)]
)
def test_code_is_known_by_how_it_begins(tmp_path: Path, content: bytes, code: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert codesign.is_code(str(path)) is code
