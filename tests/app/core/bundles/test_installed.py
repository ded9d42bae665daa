"""Bundles in HOME/bundles: whole or not at all, and gone when they go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.core.bundles.installed import LEFT_SECONDS, folder_of, install, remove, sweep
from app.core.errors import DoorkeepError
from app.core.settings import ServerSetting
from tests.app.core.bundles.conftest import MANIFEST, Make


def room(home: str) -> list[str]:
    return sorted(os.listdir(Path(home, "bundles")))


def test_it_lies_in_a_folder_of_its_name_and_version(home: str, bundle: Make) -> None:
    manifest, folder = install(home, bundle(), "tracker")
    assert (manifest.version, folder) == ("1.2.0", str(Path(home, "bundles", "tracker-1.2.0")))
    assert Path(folder, "server/index.js").exists()
    assert room(home) == ["tracker-1.2.0"]


def test_the_same_version_again_replaces_what_lay_there(home: str, bundle: Make) -> None:
    install(home, bundle(files={"old": ""}), "tracker")
    _, folder = install(home, bundle(files={"new": ""}), "tracker")
    assert sorted(os.listdir(folder)) == ["manifest.json", "new"]
    assert room(home) == ["tracker-1.2.0"]


def test_what_is_refused_leaves_nothing_and_takes_nothing_away(home: str, bundle: Make) -> None:
    install(home, bundle(), "tracker")
    with pytest.raises(DoorkeepError):
        install(home, bundle(files={"../out": "", "in": ""}), "tracker")
    with pytest.raises(DoorkeepError):
        install(home, bundle(files={"a": "", "a/b": ""}), "tracker")
    assert room(home) == ["tracker-1.2.0"]


@pytest.mark.parametrize("version", ["../../etc", "..", "1/2", "a b", "\u202e1"])
def test_no_version_leads_elsewhere(home: str, bundle: Make, version: str) -> None:
    _, folder = install(home, bundle({**MANIFEST, "version": version}), "tracker")
    assert os.path.dirname(folder) == str(Path(home, "bundles"))
    assert room(home) == [os.path.basename(folder)]


def test_a_server_s_bundle_is_found_in_its_setting(home: str) -> None:
    folder = str(Path(home, "bundles", "tracker-1"))
    assert folder_of(home, ServerSetting(command="node", args=(f"{folder}/server/index.js",))) == folder
    assert folder_of(home, ServerSetting(command=f"{folder}/run")) == folder
    assert folder_of(home, ServerSetting(command="x", env={"PYTHONPATH": f"--x={folder}/lib"})) == folder
    for other in ("/usr/bin/node", f"{home}/bundles", f"{home}/bundles/..", f"{home}/bundles/../x"):
        assert folder_of(home, ServerSetting(command=other)) is None


def test_only_a_bundle_s_own_folder_is_taken_away(home: str, bundle: Make, tmp_path: Path) -> None:
    _, folder = install(home, bundle(), "tracker")
    kept = tmp_path / "kept"
    kept.mkdir()
    link = Path(home, "bundles", "link")
    link.symlink_to(kept)
    for other in (str(kept), home, str(Path(home, "bundles")), str(link), str(Path(home, "bundles", "..", "pins"))):
        assert not remove(home, other)
    assert kept.is_dir()
    assert remove(home, folder)
    assert not os.path.exists(folder)


def test_what_an_addition_left_behind_goes_after_a_day(home: str, bundle: Make) -> None:
    _, used = install(home, bundle(), "tracker")
    _, left = install(home, bundle(), "other")
    _, fresh = install(home, bundle(), "third")
    old = time.time() - LEFT_SECONDS - 60
    for folder in (used, left):
        os.utime(folder, (old, old))
    sweep(home, [ServerSetting(command=f"{used}/run")])
    assert room(home) == [os.path.basename(fresh), os.path.basename(used)]


def test_a_home_without_bundles_is_swept_too(home: str) -> None:
    sweep(home, [])
