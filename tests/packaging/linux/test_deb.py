"""The Debian package, as dpkg reads it."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
deb = importlib.import_module("linux.deb")
building = importlib.import_module("building")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A stand-in for the onedir: programs of this machine."""
    place = tmp_path_factory.mktemp("deb")
    folder = place / "onedir"
    (folder / "_internal").mkdir(parents=True)
    for name in deb.PROGRAMS:
        shutil.copy("/bin/true", folder / name)
    return building.Build(str(folder), "1.0", str(place), str(place / "scratch"), 1_700_000_000, quick=True)


@pytest.fixture(scope="module")
def package(build: Any) -> Path:
    for tool in ("dpkg-deb", "desktop-file-validate", "appstreamcli", "objdump"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    return Path(deb.make(build))


def said(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=120).stdout


def test_it_is_named_as_debian_names_packages(package: Path) -> None:
    assert package.name == f"doorkeep_1.0_{deb.architecture()}.deb"
    assert said("dpkg-deb", "--field", str(package), "Package", "Version").splitlines() == [
        "Package: doorkeep",
        "Version: 1.0",
    ]


def test_nothing_in_it_belongs_to_who_built_it_or_may_be_written_by_others(package: Path) -> None:
    for line in said("dpkg-deb", "--contents", str(package)).splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root"
        assert mode.startswith("l") or mode[5] + mode[8] == "--"


def test_the_same_input_makes_the_same_bytes(build: Any, package: Path) -> None:
    first = package.read_bytes()
    for path in Path(build.folder).rglob("*"):
        os.utime(path, (5, 5))
    assert Path(deb.make(build)).read_bytes() == first


def test_programs_manual_and_menu_are_where_they_belong(package: Path, tmp_path: Path) -> None:
    said("dpkg-deb", "--extract", str(package), str(tmp_path))
    assert os.readlink(tmp_path / "usr/bin/doorkeep-bridge") == "../lib/doorkeep/current/doorkeep-bridge"
    assert os.access(tmp_path / "usr/lib/doorkeep/versions/1.0/doorkeep", os.X_OK)
    assert not os.path.lexists(tmp_path / "usr/lib/doorkeep/current"), "postinst leads it"
    for path in (
        "usr/share/applications/doorkeep.desktop",
        "usr/share/icons/hicolor/scalable/apps/doorkeep.svg",
        "usr/share/man/man1/doorkeep.1.gz",
        "usr/share/doc/doorkeep/copyright",
        "usr/share/doc/doorkeep/changelog.gz",
        "usr/lib/systemd/user/doorkeep.service",
    ):
        assert (tmp_path / path).is_file()


def test_it_does_not_start_with_the_session_until_it_is_asked_to(package: Path, tmp_path: Path) -> None:
    said("dpkg-deb", "--extract", str(package), str(tmp_path))
    assert "\nHidden=true\n" in (tmp_path / "etc/xdg/autostart/doorkeep.desktop").read_text()
    said("dpkg-deb", "--control", str(package), str(tmp_path / "control"))
    assert (tmp_path / "control/conffiles").read_text() == "/etc/xdg/autostart/doorkeep.desktop\n"


def test_a_package_without_the_program_is_not_kept(build: Any, package: Path) -> None:
    with pytest.raises(building.BuildError, match="does not hold the program"):
        deb.prove(building.Build(build.folder, "9.9", build.into, build.scratch, 1), str(package))
