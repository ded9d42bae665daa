"""Other programs write to a vault at full speed while the server changes it: nobody's edit is lost, and a conflict is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.notes.conftest import Notes, write

OTHER = """
import os, sys, time
path, stop, count = sys.argv[1], sys.argv[2], 0
with open(path) as file:
    last = file.readline()
print("writing", flush=True)
while not os.path.exists(stop) and count < 20000:
    with open(path) as file:
        here = file.readline()
    end = time.monotonic() + 10
    while here != last:  # for microseconds another file may lie there until it is found to be based on an older version
        if time.monotonic() > end:
            sys.exit(f"lost: {here!r} lies there, though {last!r} was saved")
        with open(path) as file:
            here = file.readline()
    count += 1
    last = f"version {count} [[Plan]]\\n"
    with open(path + ".part", "w") as file:
        file.write(last)
    os.replace(path + ".part", path)
print(count)
"""


@pytest.fixture
def meddler(tmp_path: Path, vault: Path):
    """A program that saves `Busy.md` again and again, and fails if it ever finds an older version of its own there."""
    write(vault, {"Busy.md": "version 0 [[Plan]]\n", "Plan.md": "plan\n", "Other.md": "[[Plan]]\n"})
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", OTHER, str(vault / "Busy.md"), str(stop)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "writing\n"

    def end() -> int:
        stop.touch()
        out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return int(out)

    yield end
    process.kill()
    process.communicate(timeout=60)


def test_an_edit_is_made_on_the_latest_version_or_not_at_all(notes: Notes, vault: Path, meddler) -> None:
    for _ in range(150):
        result = notes.result("edit_note", note="Busy", ops=[{"op": "append", "new": "ours"}])
        if result.get("isError"):
            said = result["content"][0]["text"]
            assert "changed" in said or "Try again" in said, said
    saved = meddler()
    assert saved > 0
    notes.facts("edit_note", note="Busy", ops=[{"op": "append", "new": "the last"}])
    assert (vault / "Busy.md").read_text().startswith(f"version {saved} [[Plan]]\n")
    assert (vault / "Busy.md").read_text().endswith("the last\n")


def test_a_move_is_made_whole_or_not_at_all(notes: Notes, vault: Path, meddler) -> None:
    name, other = "Plan", "New"
    for _ in range(40):
        result = notes.result("move_note", source=f"{name}.md", destination=other)
        there = {path.name for path in vault.glob("*.md")}
        if result.get("isError"):
            assert f"{name}.md" in there
            assert f"{other}.md" not in there
            assert (vault / "Other.md").read_text() == f"[[{name}]]\n"
        else:
            assert f"{other}.md" in there
            assert f"{name}.md" not in there
            assert (vault / "Other.md").read_text() == f"[[{other}]]\n"
            name, other = other, name
    assert meddler() > 0
    assert {path.name for path in vault.iterdir()} == {".obsidian", "Busy.md", "Other.md", f"{name}.md"}
