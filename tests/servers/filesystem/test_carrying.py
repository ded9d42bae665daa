import os
from pathlib import Path

import pytest

from servers.filesystem import carrying
from servers.runtime.call import Call
from servers.runtime.changing import changes
from servers.runtime.changing.changes import Place
from servers.runtime.errors import ToolError
from servers.runtime.safe.opening import open_parent
from servers.runtime.safe.words import ConflictError, RefusedError
from servers.runtime.undo.taking_back import apply_undo
from tests.servers.conftest import MakeCall


@pytest.mark.parametrize(
    ("inside", "source", "target", "words"),
    [
        ("tasks.json", "d", ".vscode", "would execute"),
        ("workflows/ci.yml", "d", ".github", "would execute"),
        ("gh/hosts.yml", ".config", "conf", "readable"),
        ("google/chrome/x", "application support", "plain", "readable"),
    ],
)
def test_a_name_that_gave_protection_or_would_give_power_does_not_change(
    call: Call, top: Path, inside: str, source: str, target: str, words: str
) -> None:
    (top / source / inside).parent.mkdir(parents=True)
    (top / source / inside).write_text("x")
    item = carrying.look(call, str(top / source), "move", change=True)
    with pytest.raises(RefusedError, match=words):
        carrying.check_names(call, item, str(top / target), "move")


def test_secrets_and_hooks_may_come_along_where_they_stay_what_they_are(call: Call, top: Path) -> None:
    for name in ("project/.env", "project/.git/config", "project/src/main.py"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("x")
    item = carrying.look(call, str(top / "project"), "move", change=True)
    carrying.check_names(call, item, str(top / "renamed"), "move")


@pytest.mark.parametrize("change", [True, False], ids=["move", "copy"])
def test_a_folder_that_holds_another_rule_is_not_carried(make_call: MakeCall, top: Path, change: bool) -> None:
    (top / "d/off").mkdir(parents=True)
    (top / "d/off/secret").write_text("SECRET")
    call = make_call((top, "write"), (top / "d/off", "off"))
    with pytest.raises(RefusedError, match="a rule of its own"):
        carrying.look(call, str(top / "d"), "carry", change=change)


def test_another_entry_under_the_name_is_a_conflict(call: Call, top: Path) -> None:
    (top / "f").write_text("x")
    item = carrying.look(call, str(top / "f"), "move", change=True)
    (top / "g").write_text("y")
    os.replace(top / "g", top / "f")
    with changes.begin(call, "move_file") as change, pytest.raises(ConflictError):
        carrying.move(call, change, item, Place(str(top / "new")), replaced=False)
    assert os.listdir(top) == ["f"]
    with changes.begin(call, "move_file") as change, pytest.raises(ConflictError):
        carrying.copy(call, change, item, Place(str(top / "new")), replaced=False)
    assert os.listdir(top) == ["f"]


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_between_file_systems_the_source_goes_to_the_trash(
    make_call: MakeCall, top: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    call = make_call((top, "write"))
    (top / "folder/deep").mkdir(parents=True)
    (top / "folder/deep/f").write_text("x")
    (top / "file").write_text("y")
    (top / "link").symlink_to("file")
    monkeypatch.setattr(carrying, "_device_of", lambda _call, _target: -1)
    item = carrying.look(call, str(top / kind), "move", change=True)
    with changes.begin(call, "move_file") as change:
        carrying.move(call, change, item, Place(str(top / "new")), replaced=False)
    names = sorted(os.listdir(top))
    assert kind not in names
    assert "new" in names
    store = call.undo
    assert store is not None
    if kind != "link":
        apply_undo(store, call.folders, change.offered)
        assert kind in os.listdir(top)
        assert "new" not in os.listdir(top)


def test_a_copy_too_large_is_refused_and_leaves_nothing(call: Call, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "MAX_BYTES", 10)
    (top / "d").mkdir()
    (top / "d/f").write_text("x" * 100)
    for path in ("d", "d/f"):
        item = carrying.look(call, str(top / path), "copy", change=False)
        with changes.begin(call, "move_file") as change, pytest.raises(ToolError, match=r"too|larger"):
            carrying.copy(call, change, item, Place(str(top / "new")), replaced=False)
    assert os.listdir(top) == ["d"]
    assert os.listdir(top / "d") == ["f"]


def test_the_state_of_a_folder_is_its_inode_and_of_a_file_its_content(call: Call, top: Path) -> None:
    (top / "d").mkdir()
    (top / "f").write_text("x")
    folder = carrying.look(call, str(top / "d"), "move", change=True)
    file = carrying.look(call, str(top / "f"), "move", change=True)
    assert (folder.folder, folder.etag, file.folder) == (True, "", False)
    assert file.etag in file.state
    with open_parent(call.folders, str(top / "d")) as parent:
        carrying.check_same(parent, folder)
