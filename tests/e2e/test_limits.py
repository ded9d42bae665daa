"""The numbers of doorkeep.toml, kept to by the whole chain."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from app.control.client import ControlClient
from app.core.settings import edit
from tests.fakes.client import BridgeProcess

Start = Callable[..., BridgeProcess]
WORDS = "every line of these files is found by one word\n"


def limit(home: str, **numbers: int) -> None:
    def write(document: tomlkit.TOMLDocument) -> None:
        table = tomlkit.table()
        table.update(numbers)
        document["limits"] = table

    edit(home, write)


def ask(one: BridgeProcess, id_: int, tool: str, **arguments: Any) -> tuple[bool, str]:
    one.call(id_, tool, modern=True, **arguments)
    result = one.answer(id_)["result"]
    return bool(result.get("isError")), "".join(block.get("text", "") for block in result["content"])


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_directory", {}),
        ("search_files", {"query": "file", "names": True}),
        ("search_files", {"query": "found"}),
        ("search_files", {"query": "found", "output": "files"}),
    ],
    ids=["list", "names", "contents", "files"],
)
@pytest.mark.parametrize(("chars", "files"), [(2000, 100), (1, 3)])
def test_a_page_holds_what_result_chars_says_and_its_cursor_leads_through_everything(
    bridge: Start, chain: str, folder: Path, tool: str, arguments: dict[str, Any], chars: int, files: int
):
    many = folder / "many"
    many.mkdir()
    for number in range(files):
        (many / f"file-{number:03d}-{'x' * 60}.txt").write_text(WORDS)
    limit(chain, result_chars=chars)
    one = bridge()
    pages: list[str] = []
    with_ = {**arguments, "path": str(many)}
    while not pages or "cursor" in with_:
        failed, text = ask(one, len(pages), tool, **with_)
        assert not failed, text
        pages.append(text)
        more = re.search(r"\bnext=(\S+)", text.splitlines()[0])
        with_ = {**with_, "cursor": more[1]} if more else {}
        assert len(pages) <= files
    assert len(pages) > 1
    one_row, head = 200, 600
    assert all(len(page) <= max(chars, one_row) + head for page in pages)
    names = [name for page in pages for name in re.findall(r"^file-\d+", page, re.MULTILINE)]
    assert sorted(names) == [f"file-{number:03d}" for number in range(files)]


def test_more_calls_a_minute_than_allowed_are_refused_with_the_time_to_wait(bridge: Start, chain: str, folder: Path):
    limit(chain, calls_per_minute=3)
    one = bridge()
    found = [ask(one, number, "read_file", path=str(folder / "report.md")) for number in range(4)]
    assert [refused for refused, _ in found] == [False, False, False, True]
    assert "3 calls in a minute" in found[3][1]


def test_a_limit_out_of_range_keeps_the_last_good_settings_and_is_said_loudly(
    bridge: Start, chain: str, control: Callable[[], ControlClient], folder: Path, wait_until: Callable[..., object]
):
    one = bridge()
    assert not ask(one, 1, "read_file", path=str(folder / "report.md"))[0]
    settings = Path(chain, "doorkeep.toml")
    good = settings.read_text()
    settings.write_text(good + "\n[limits]\nresult_chars = 0\n")
    assert not ask(one, 2, "read_file", path=str(folder / "report.md"))[0]
    with control() as asked:
        error = asked.call("settings")["error"]
    assert "result_chars" in str(error)
    settings.write_text(good.replace('"write"', '"off"'))
    assert ask(one, 3, "read_file", path=str(folder / "report.md"))[0]
