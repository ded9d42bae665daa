"""The installer for Windows, compiled here from a build that stands in for a real one. It was not yet run on Windows."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from app.bridge.launch_windows import task_name
from app.desktop import autostart_windows

sys.path.append(str(Path(__file__).parents[3] / "packaging"))
building = importlib.import_module("building")
installer = importlib.import_module("windows.installer")
signtool = importlib.import_module("windows.signtool")

PROGRAMS = ("doorkeep.exe", "doorkeep-tray.exe", "doorkeep-bridge.exe")
VERSION = "1.2.3rc1"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path, str]:
    """The build, the installer, and what the compiler said."""
    if shutil.which("makensis") is None:
        words = "makensis is missing (Debian: nsis): the installer for Windows was not compiled"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    ground = tmp_path_factory.mktemp("windows build")
    for name in (*PROGRAMS, "_internal/python311.dll", "_internal/resources/help/log.md", "_internal/ü b/c.txt"):
        path = ground / "onedir" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    into = ground / "into"
    into.mkdir()
    build = building.Build(str(ground / "onedir"), VERSION, str(into), str(ground), 1_700_000_000)
    path = into / f"doorkeep-{VERSION}-windows-x64.exe"
    return build, path, installer.compiled(build, str(path))


def half(said: str, name: str) -> list[str]:
    """What the compiler took from a section of the script."""
    return said.split(f'Section: "{name}"')[1].split("SectionEnd", maxsplit=1)[0].splitlines()


def test_it_compiles_without_a_warning_into_a_program_for_windows(built) -> None:
    _, path, said = built
    assert path.read_bytes().startswith(b"MZ")
    assert "warning" not in said


def test_what_is_installed_is_what_is_uninstalled(built) -> None:
    build, _, said = built
    place, installed = "", list[str]()
    for line in half(said, "Doorkeep"):
        if where := re.fullmatch(r'SetOutPath: "(.*)"', line):
            place = where[1]
        elif (file := re.match(r'File: "(.*?)"', line)) and file[
            1
        ] != "nsExec.dll":  # the compiler's own, for the script
            installed.append(f"{place}\\{file[1]}")
    removed = re.findall(r'^Delete: (?:/REBOOTOK )?"(\$Place\\.*)"$', "\n".join(half(said, "Uninstall")), re.M)
    here = [path for path in Path(build.folder).rglob("*") if path.is_file()]
    assert len(here) == len(installed) == len(set(installed))
    assert sorted(installed) == sorted(removed)


def test_clients_are_disconnected_before_anything_is_removed(built) -> None:
    said = "\n".join(half(built[2], "Uninstall"))
    disconnecting = said.index("clients disconnect --all")
    assert disconnecting < said.index('doorkeep.exe" stop') < said.index("RMDir:") < said.index("Delete:")


def test_what_the_app_left_with_the_system_goes_too(built) -> None:
    said = "\n".join(half(built[2], "Uninstall"))
    assert f"{autostart_windows.RUN}\\{autostart_windows.NAME}" in said
    assert f"{autostart_windows.APPROVED}\\{autostart_windows.NAME}" in said
    folder, _ = task_name("/home").rsplit("\\", 1)
    assert f"-TaskPath \\{folder}\\" in said.replace("\\\\", "\\")


def test_the_persons_data_is_never_named(built) -> None:
    script = Path(installer.SCRIPT).read_text(encoding="utf-8")
    assert ".doorkeep" not in script.replace("versions\\.${VERSION}", "").replace(".doorkeep-", "")
    assert "$PROFILE" not in script
    recursive = [line.strip() for line in script.splitlines() if "RMDir /r" in line]
    assert recursive == ['RMDir /r "$INSTDIR\\versions\\$Other"']


def test_it_asks_for_no_administrator_and_no_place(built) -> None:
    script = Path(installer.SCRIPT).read_text(encoding="utf-8")
    assert "RequestExecutionLevel user" in script
    assert "HKLM" not in script
    assert "PAGE_DIRECTORY" not in script
    assert 'InstallDir "$LOCALAPPDATA\\Programs\\Doorkeep"' in script


def test_half_a_version_never_has_a_versions_name(built) -> None:
    said = "\n".join(half(built[2], "Doorkeep"))
    assert "Rename: $Place->$INSTDIR\\versions\\1.2.3rc1" in said.replace('"', "")
    assert said.index("Rename:") < said.index("mklink /J")


def test_two_of_the_same_build_are_equal(built, tmp_path: Path) -> None:
    build, path, _ = built
    again = tmp_path / path.name
    installer.compiled(build, str(again))
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("version", "four"),
    [
        ("0.1.0", "0.1.0.0"),
        ("1.2.3rc4", "1.2.3.0"),
        ("2.0.0-beta.1", "2.0.0.0"),
        ("1.2.3.4.5", "1.2.3.4"),
        ("7", "7.0.0.0"),
    ],
)
def test_a_version_is_told_in_four_numbers(version: str, four: str) -> None:
    assert installer.four(version) == four


@pytest.mark.parametrize("version", ["", "next", "1.70000"])
def test_a_version_that_windows_cannot_tell_is_refused(version: str) -> None:
    with pytest.raises(building.BuildError, match="four numbers"):
        installer.four(version)


def test_a_certificate_signs_the_installer_and_its_uninstaller(built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signtool.CERTIFICATE, "ab cd")
    monkeypatch.setenv(signtool.TIMESTAMP, "http://stamp.example")
    given: list[list[str]] = []
    monkeypatch.setattr(installer, "run", lambda words, **_more: given.append(words) or "")
    installer.compiled(built[0], "/tmp/x.exe")
    (signing,) = [word for word in given[0] if word.startswith("-DSIGN=")]
    assert signing == "-DSIGN=signtool sign /sha1 abcd /fd sha256 /tr http://stamp.example /td sha256"
    script = Path(installer.SCRIPT).read_text(encoding="utf-8")
    assert script.count("""'${SIGN} "%1"' = 0""") == 2
