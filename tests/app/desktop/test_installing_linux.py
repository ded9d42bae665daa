"""Installing for one user: all of it or nothing, at any place, again and again, and removed without a trace."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.desktop import installing_linux
from app.desktop.installing_linux import InstallError, Place, install, remove, version_in_force

PROGRAMS = ("doorkeep", "doorkeep-tray", "doorkeep-bridge")


def quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    """A packaged program, as far as installing looks at it."""
    folder = tmp_path / "unpacked"
    (folder / "_internal" / "resources").mkdir(parents=True)
    for name in PROGRAMS:
        (folder / name).write_text("#!/bin/sh\necho ran\n")
        (folder / name).chmod(0o755)
    (folder / "_internal" / "resources" / "app.svg").write_text("<svg/>")
    (folder / "_internal" / "library.so.1").write_bytes(b"x" * 5000)
    (folder / "_internal" / "library.so").symlink_to("library.so.1")
    return folder


@pytest.fixture(params=["plain", "Ann Müller’s home"])
def place(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    account = tmp_path / request.param
    account.mkdir()
    monkeypatch.setenv("HOME", str(account))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(installing_linux, "account_home", lambda: str(account))
    return installing_linux.usual_place()


def tree(folder: Path) -> dict[str, str]:
    """Every path below, and what it holds."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.read_text()
        if path.is_file()
        else ""
        for path in sorted(folder.rglob("*"))
    }


def test_what_is_installed_can_be_started_by_every_name(packaged: Path, place: Place) -> None:
    install(str(packaged), "1.0", place, quiet)
    for path in (f"{place.bin}/doorkeep", f"{place.lib}/current/doorkeep-bridge", f"{place.lib}/versions/1.0/doorkeep"):
        assert subprocess.run([path], capture_output=True, text=True, timeout=60, check=True).stdout == "ran\n"
    assert version_in_force(place) == "1.0"
    assert os.readlink(f"{place.lib}/versions/1.0/_internal/library.so") == "library.so.1"
    assert f"{place.lib}/current/doorkeep-tray" in Path(place.applications, "doorkeep.desktop").read_text()
    assert Path(place.icons, "doorkeep.svg").read_text() == "<svg/>"


def test_removing_leaves_nothing_of_it_and_all_else(packaged: Path, place: Place) -> None:
    Path(place.bin).mkdir(parents=True)
    Path(place.bin, "others").write_text("stays")
    Path(place.applications).mkdir(parents=True)
    install(str(packaged), "1.0", place, quiet)
    assert remove(place) == []
    local = Path(place.bin).parent
    assert {path for path in local.rglob("*") if not path.is_dir()} == {Path(place.bin, "others")}
    assert not os.path.lexists(place.lib)


def test_a_newer_version_comes_beside_and_is_in_force(packaged: Path, place: Place) -> None:
    install(str(packaged), "1.0", place, quiet)
    install(str(packaged), "1.1", place, quiet)
    assert version_in_force(place) == "1.1"
    assert sorted(os.listdir(f"{place.lib}/versions")) == ["1.0", "1.1"]


def test_the_same_version_again_replaces_itself(packaged: Path, place: Place) -> None:
    install(str(packaged), "1.0", place, quiet)
    (packaged / "_internal" / "new").write_text("new")
    install(str(packaged), "1.0", place, quiet)
    assert os.listdir(f"{place.lib}/versions") == ["1.0"]
    assert Path(place.lib, "versions/1.0/_internal/new").is_file()


def test_what_a_killed_installation_left_goes_with_the_next(packaged: Path, place: Place) -> None:
    Path(place.lib, "versions", ".1.0.77.new", "_internal").mkdir(parents=True)
    install(str(packaged), "1.0", place, quiet)
    assert os.listdir(f"{place.lib}/versions") == ["1.0"]


def test_somebody_elses_program_of_that_name_stays(packaged: Path, place: Place) -> None:
    Path(place.bin).mkdir(parents=True)
    Path(place.bin, "doorkeep").write_text("theirs")
    notes = install(str(packaged), "1.0", place, quiet)
    assert any("is another program" in note for note in notes)
    assert any("is not Doorkeep's link and stays" in note for note in remove(place))
    assert Path(place.bin, "doorkeep").read_text() == "theirs"


STEPS: tuple[tuple[str, object], ...] = (
    ("the copying", (shutil, "copyfile")),
    ("putting it in force", (installing_linux, "put_in_force")),
    ("the links", (os, "symlink")),
    ("the icon", (installing_linux, "_icon")),
    ("the entry", (installing_linux.menu_linux, "entry")),
)


@pytest.mark.parametrize("before", [True, False], ids=["over an older version", "for the first time"])
@pytest.mark.parametrize("step", [where for _, where in STEPS], ids=[name for name, _ in STEPS])
def test_a_full_disk_at_any_step_leaves_all_as_it_was(
    packaged: Path, place: Place, step: tuple[object, str], before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if before:
        install(str(packaged), "1.0", place, quiet)
    account = Path(place.lib).parents[2]
    was = tree(account)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(*step, full)
        with pytest.raises(InstallError, match="The disk became full"):
            install(str(packaged), "1.1", place, quiet)
    assert tree(account) == was


def test_too_little_room_is_said_before_anything_is_copied(
    packaged: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage: Callable[[str], object] = lambda _: shutil._ntuple_diskusage(10, 9, 1)  # noqa: E731
    monkeypatch.setattr(shutil, "disk_usage", usage)
    with pytest.raises(InstallError, match="There is not enough room") as caught:
        install(str(packaged), "1.0", place, quiet)
    assert "0 MB are free" in caught.value.detail
    assert not os.path.lexists(place.lib)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EROFS, "read-only"), (errno.EDQUOT, "The disk became full"), (errno.EACCES, "Permission denied")],
)
def test_a_place_that_cannot_be_written_is_told_in_words(
    packaged: Path, place: Place, number: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, *_: object) -> None:
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(InstallError, match=words) as caught:
        install(str(packaged), "1.0", place, quiet)
    assert "Nothing was installed." in str(caught.value)


def test_without_what_the_menu_names_nothing_counts_as_installed(place: Place) -> None:
    assert version_in_force(place) is None
    Path(place.lib, "versions", "1.0").mkdir(parents=True)
    Path(place.lib, "current").symlink_to("versions/1.0")
    assert version_in_force(place) is None
