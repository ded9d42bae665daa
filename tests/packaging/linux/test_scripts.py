"""What dpkg runs, in a folder in place of the system's: `current` leads to a whole version at every moment."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "packaging"))
scripts = importlib.import_module("linux.scripts")

Run = Callable[..., None]


@pytest.fixture
def lib(tmp_path: Path) -> Path:
    """Version 1.0 is installed and in force."""
    folder = tmp_path / "lib"
    put(folder, "1.0")
    (folder / "current").symlink_to("versions/1.0")
    return folder


@pytest.fixture
def run(lib: Path) -> Run:
    def one(script: str, *words: str) -> None:
        moved = script.replace(f"lib={scripts.LIB}\n", f"lib={lib}\n")
        assert moved != script
        done = subprocess.run(
            ["sh", "-s", *words], input=moved, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")

    return one


@pytest.fixture
def sleeper(lib: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Something that runs from a version's folder."""
    started: list[subprocess.Popen[bytes]] = []

    def start(version: str) -> subprocess.Popen[bytes]:
        program = lib / "versions" / version / "sleeper"
        program.write_bytes(Path("/bin/sleep").read_bytes())
        program.chmod(0o755)
        started.append(subprocess.Popen([str(program), "300"]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(60)


def put(lib: Path, version: str) -> None:
    folder = lib / "versions" / version
    folder.mkdir(parents=True)
    (folder / "doorkeep").write_text(version)
    (folder / "doorkeep").chmod(0o755)


def dpkg_unpacks(lib: Path, new: str, old: str) -> None:
    """As it does between preinst and postinst: the new files come, then those of the old package go."""
    put(lib, new)
    for path in sorted((lib / "versions" / old).rglob("*"), reverse=True):
        path.unlink()
    (lib / "versions" / old).rmdir()


def versions(lib: Path) -> list[str]:
    return sorted(os.listdir(lib / "versions"))


def in_force(lib: Path) -> str:
    return (lib / "current" / "doorkeep").read_text()


def test_a_first_installation_puts_its_version_in_force(tmp_path: Path, run: Run, lib: Path) -> None:
    (lib / "current").unlink()
    run(scripts.preinst(), "install")
    run(scripts.postinst("1.0"), "configure", "")
    assert (in_force(lib), versions(lib)) == ("1.0", ["1.0"])


def test_while_files_change_the_old_version_stays_in_force(run: Run, lib: Path) -> None:
    run(scripts.preinst(), "upgrade", "1.0")
    assert in_force(lib) == "1.0"
    dpkg_unpacks(lib, "2.0", "1.0")
    assert in_force(lib) == "1.0"
    run(scripts.postinst("2.0"), "configure", "1.0")
    assert (in_force(lib), versions(lib)) == ("2.0", ["2.0"])


def test_what_runs_keeps_its_files_under_their_name_until_it_has_ended(
    run: Run, lib: Path, sleeper: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    process = sleeper("1.0")
    run(scripts.preinst(), "upgrade", "1.0")
    dpkg_unpacks(lib, "2.0", "1.0")
    run(scripts.postinst("2.0"), "configure", "1.0")
    assert (in_force(lib), versions(lib)) == ("2.0", ["1.0", "2.0"])
    assert (lib / "versions/1.0/doorkeep").read_text() == "1.0"
    process.kill()
    process.wait(60)
    run(scripts.postinst("2.0"), "configure", "2.0")
    assert versions(lib) == ["2.0"]


def test_the_same_version_again_is_in_force_with_its_new_files(run: Run, lib: Path) -> None:
    run(scripts.preinst(), "upgrade", "1.0")
    (lib / "versions/1.0/doorkeep").unlink()
    (lib / "versions/1.0/doorkeep").write_text("new")
    (lib / "versions/1.0/doorkeep").chmod(0o755)
    run(scripts.postinst("1.0"), "configure", "1.0")
    assert (in_force(lib), versions(lib)) == ("new", ["1.0"])


def test_an_upgrade_that_is_called_off_leaves_the_old_version_as_it_was(run: Run, lib: Path) -> None:
    run(scripts.preinst(), "upgrade", "1.0")
    run(scripts.postrm(), "abort-upgrade", "1.0")
    assert (in_force(lib), versions(lib)) == ("1.0", ["1.0"])
    assert os.readlink(lib / "current") == "versions/1.0"


def test_removing_takes_what_the_scripts_made(run: Run, lib: Path) -> None:
    run(scripts.postrm(), "remove")
    assert not lib.exists()


def test_what_runs_from_the_package_is_ended_when_it_goes(
    run: Run, lib: Path, sleeper: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    process = sleeper("1.0")
    only_ours = scripts.prerm().replace("\n    leave_clients\n", "\n")
    assert only_ours != scripts.prerm()
    run(only_ours, "remove")
    assert process.wait(60) == -15


def test_an_upgrade_ends_nothing(run: Run, sleeper: Callable[[str], subprocess.Popen[bytes]]) -> None:
    process = sleeper("1.0")
    run(scripts.prerm(), "upgrade", "2.0")
    assert process.poll() is None
