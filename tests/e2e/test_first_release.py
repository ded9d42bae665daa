"""A home that release 0.1.0 left (tests/e2e/homes, made by that very release): nothing of it is lost, and nothing newer is guessed at."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.control.client import SessionClient, ensure_gateway
from app.core import form
from app.core.journal.database import database_of
from app.core.journal.reader import Reader
from app.core.journal.verify import verify
from app.core.settings import load
from tests.e2e.conftest import end_gateway

KEPT = Path(__file__).with_name("homes") / "0.1.0"
THERE = "/tmp/first-release/Documents"  # where that release granted a folder
CHANGE = "1a1ff94ebe9-dfaa02"
TODAY = f"{int(time.time()) // 86_400 * 86_400_000:011x}{CHANGE[11:]}"  # its id, had it been made this morning
SERVER = Path(__file__).parents[1] / "fakes" / "plain_server.py"


@pytest.fixture
def first(home: str, guard: Path) -> Iterator[str]:
    """That home, brought to this account's folders and to today: what is older than a month would rightly be swept."""
    shutil.copytree(KEPT, home, dirs_exist_ok=True)
    documents = guard / "Documents"
    documents.mkdir()
    (documents / "report.md").write_text("# Report\n\nTotal: 43\n")
    undo = Path(home, "undo", "filesystem")
    record = (undo / "changes" / CHANGE).read_text().replace(THERE, str(documents)).replace(CHANGE, TODAY)
    (undo / "changes" / CHANGE).unlink()
    (undo / "changes" / TODAY).write_text(record)
    image = (undo / "images" / f"{CHANGE}.0").rename(undo / "images" / f"{TODAY}.0")
    written = json.loads(record.splitlines()[0])["steps"][0]["image_mtime"]
    os.utime(image, ns=(written, written))
    for name in ("doorkeep.toml", "doorkeep.last-good.toml"):
        settings = Path(home, name)
        settings.write_text(settings.read_text().replace("PLAIN", str(SERVER)).replace("python3", sys.executable))
    yield home
    end_gateway(home)


def call(home: str, server: str, tool: str, **arguments: Any) -> str:
    with SessionClient(home, server) as session:
        result = session.call_tool(tool, arguments, 60)
    assert not result.get("isError"), result
    return result["content"][0]["text"]


def files(home: str) -> dict[str, str]:
    """Every file of the home, by what it holds."""
    found = (Path(folder, name) for folder, _, names in os.walk(home) for name in names)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def doorkeep(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "app.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_settings_pins_log_and_undo_are_those_of_before(
    first: str, guard: Path, wait_until: Callable[..., object]
) -> None:
    settings = load(first)
    assert [folder.path for folder in settings.folders] == [os.path.realpath(guard / "Documents")]
    assert settings.servers["plain"].tools == {"echo": "allow"}
    ensure_gateway(first).close()
    report = guard / "Documents" / "report.md"
    assert "Total: 43" in call(first, "filesystem", "read_file", path=str(report))
    assert json.loads(call(first, "plain", "echo", still=1)) == {"still": 1}, "its tools need no second yes"
    with Reader(first) as reader:
        before = [(row.tool, row.outcome) for row in reader.walk()][:3]
    assert before == [("write_file", "ok"), ("read_file", "denied"), ("echo", "ok")]
    call(first, "filesystem", "undo", change_id=TODAY)
    assert report.read_text() == "# Report\n\nTotal: 42\n"

    def rows() -> list[str]:
        with Reader(first) as reader:
            return [row.outcome for row in reader.walk()]

    wait_until(lambda: rows() == ["ok", "denied", "ok", "ok", "ok", "ok"])
    assert verify(first).whole


def test_a_home_of_a_newer_form_is_refused_in_words_by_whoever_would_write_and_keeps_every_byte(first: str) -> None:
    Path(first, "form").write_text('{"form":99,"release":"9.0.0"}')
    before = files(first)
    for words in (["gateway"], ["folders", "add", "/tmp", "--access", "read"], ["pause"]):
        done = doorkeep("--home", first, *words)
        assert done.returncode == 1, words
        assert "was written by a newer Doorkeep, 9.0.0." in done.stderr
        assert "Install the newer Doorkeep again" in done.stderr
    after = {
        path: content
        for path, content in files(first).items()
        if not path.startswith((f"{first}/run/", f"{first}/logs/"))
    }
    assert after == before


def test_a_log_of_a_newer_form_is_refused_in_words_and_kept(first: str) -> None:
    with sqlite3.connect(database_of(first)) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    before = Path(database_of(first)).read_bytes()
    done = doorkeep("--home", first, "gateway")
    assert done.returncode == 1
    assert "The call log was written by a newer Doorkeep." in done.stderr
    assert Path(database_of(first)).read_bytes() == before


def test_the_home_is_noted_to_be_of_this_form_from_now_on(first: str) -> None:
    assert form.mark_of(first) == form.Mark(form.FIRST)
    ensure_gateway(first).close()
    assert form.mark_of(first).form == form.FIRST + len(form.MIGRATIONS)
