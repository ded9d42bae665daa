import os
from pathlib import Path
from typing import Any

import pytest

from servers.filesystem import search_contents
from tests.servers.filesystem.conftest import Files, Serve, body, head


@pytest.fixture
def tree(top: Path) -> Path:
    """Files with a needle here and there."""
    (top / "b").mkdir()
    (top / "a.txt").write_text("first\nthe needle\nlast\n")
    (top / "b" / "two.txt").write_text("Needle one\nx\ny\nz\nneedle two\n")
    (top / "ignored.log").write_text("needle\n")
    (top / ".hidden").write_text("needle hidden\n")
    (top / ".gitignore").write_text("*.log\n")
    return top


def blocks(text: str) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for block in body(text).strip("\n").split("\n\n"):
        path, *lines = block.split("\n")
        out[path] = lines
    return out


def test_lines_come_under_their_files_with_numbers(files: Files, tree: Path) -> None:
    text = files.text("search_files", query="needle")
    assert head(text) == {"path": str(tree), "matches": "4", "files": "3"}
    assert blocks(text) == {
        ".hidden": ["1: needle hidden"],
        "a.txt": ["2: the needle"],
        "b/two.txt": ["1: Needle one", "5: needle two"],
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"query": "Needle"}, {"b/two.txt": ["1: Needle one"]}),
        ({"query": "NEEDLE ONE", "case": "no"}, {"b/two.txt": ["1: Needle one"]}),
        (
            {"query": "needle", "case": "yes", "hidden": False},
            {"a.txt": ["2: the needle"], "b/two.txt": ["5: needle two"]},
        ),
        ({"query": "needle", "glob": ["a.*"]}, {"a.txt": ["2: the needle"]}),
        ({"query": "needle", "glob": ["!b/**", "!.*"]}, {"a.txt": ["2: the needle"]}),
        ({"query": r"needle \w+o$", "regex": True}, {"b/two.txt": ["5: needle two"]}),
        ({"query": "needle.", "path": "a.txt"}, {}),
        ({"query": "needle", "path": "a.txt"}, {"a.txt": ["2: the needle"]}),
        ({"query": "the", "context": 1}, {"a.txt": ["1- first", "2: the needle", "3- last"]}),
        ({"query": "needle", "path": "b"}, {"two.txt": ["1: Needle one", "5: needle two"]}),
        (
            {"query": "needle", "path": "b", "context": 1},
            {"two.txt": ["1: Needle one", "2- x", "--", "4- z", "5: needle two"]},
        ),
    ],
)
def test_what_is_found_can_be_chosen(
    files: Files, tree: Path, arguments: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    text = files.text("search_files", **arguments)
    if arguments.get("path") == "a.txt" and expected:
        expected = {str(tree / "a.txt"): expected["a.txt"]}
    assert (blocks(text) if body(text) else {}) == expected


def test_ignored_files_are_found_when_asked_for(files: Files, tree: Path) -> None:
    assert "ignored.log" in body(files.text("search_files", query="needle", ignored=True))


def test_ignore_files_above_the_searched_folder_count(files: Files, tree: Path) -> None:
    (tree / "b/x.log").write_text("needle\n")
    (tree / "b/skip").mkdir()
    (tree / "b/skip/y").write_text("needle\n")
    (tree / ".gitignore").write_text("*.log\n/b/skip\n")
    assert list(blocks(files.text("search_files", query="needle", path="b"))) == ["two.txt"]


def test_files_and_numbers_can_be_asked_for(files: Files, tree: Path) -> None:
    text = files.text("search_files", query="needle", output="files")
    assert (head(text)["files"], body(text)) == ("3/3", ".hidden\na.txt\nb/two.txt\n")
    text = files.text("search_files", query="needle", output="count")
    assert head(text)["matches"] == "4"
    assert body(text) == ".hidden: 1\na.txt: 1\nb/two.txt: 2\n"


@pytest.mark.parametrize("few", [True, False], ids=["all verified at once", "a page at a time"])
@pytest.mark.parametrize("output", ["matches", "files", "count"])
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_pages_put_together_are_all_of_it(
    make_call: Any, top: Path, monkeypatch: pytest.MonkeyPatch, few: bool, output: str, limit: int
) -> None:
    from servers.filesystem.search_files import SearchFiles

    if not few:
        monkeypatch.setattr(search_contents, "ALL_FILES", 2)
        monkeypatch.setattr(search_contents, "ALL_LINES", 2)
    for number in range(7):
        (top / f"f{number}").write_text("".join(f"needle {number}.{line}\n\n" for line in range(number)))
    call = make_call((top, "read"))

    def page(cursor: str) -> str:
        args = SearchFiles(query="needle", output=output, limit=limit, cursor=cursor)  # pyright: ignore[reportArgumentType]
        return search_contents.search(call, args, [str(top)])

    text = page("")
    found = [line for line in body(text).split("\n") if "needle" in line or (output != "matches" and line)]
    while "next" in head(text):
        text = page(head(text)["next"])
        found += [line for line in body(text).split("\n") if "needle" in line or (output != "matches" and line)]
    expected = {
        "matches": [f"{2 * line + 1}: needle {number}.{line}" for number in range(7) for line in range(number)],
        "files": [f"f{number}" for number in range(1, 7)],
        "count": [f"f{number}: {number}" for number in range(1, 7)],
    }[output]
    assert found == expected


def test_long_lines_are_cut_around_the_match(files: Files, top: Path) -> None:
    (top / "long").write_text("x" * 5000 + "é needle" + "y" * 5000 + "\n")
    (line,) = blocks(files.text("search_files", query="needle"))["long"]
    assert len(line) < 320
    assert "é needleyyy" in line
    assert line.startswith("1: …x")


def test_one_endless_line_is_searched(files: Files, top: Path) -> None:
    (top / "line").write_bytes(b"x" * 20_000_000 + b" needle " + b"y" * 1000)
    assert " needle " in blocks(files.text("search_files", query="needle"))["line"][0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("needle é\r\nx\r\n".encode(), "1: needle é"),
        ("needle é\n".encode("utf-16"), "1: needle é"),
        (b"\xef\xbb\xbfneedle\n", "1: needle"),
        (b"needle caf\xe9\n", "1: needle café"),
        (b"needle", "1: needle"),
    ],
)
def test_every_kind_of_text_is_searched(files: Files, top: Path, content: bytes, expected: str) -> None:
    (top / "f").write_bytes(content)
    assert blocks(files.text("search_files", query="needle"))["f"] == [expected]


def test_a_line_end_of_two_characters_is_one_line_end(files: Files, top: Path) -> None:
    (top / "f").write_bytes(b"a needle\r\nb\r\n")
    assert blocks(files.text("search_files", query="needle$", regex=True))["f"] == ["1: a needle"]


def test_binary_files_pipes_and_secrets_are_left_out(files: Files, top: Path) -> None:
    (top / "data.bin").write_bytes(b"needle\0needle\n")
    os.mkfifo(top / "pipe")
    (top / ".env").write_text("needle=1\n")
    (top / "id_rsa").write_text("needle\n")
    text = files.text("search_files", query="needle")
    assert (head(text)["matches"], body(text)) == ("0", "")
    assert head(files.text("search_files", query="needle", output="count", ignored=True))["matches"] == "0"


def test_links_are_not_followed(files: Files, top: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/secret").write_text("needle\n")
    (top / "link").symlink_to(tmp_path / "out")
    (top / "file").symlink_to(tmp_path / "out/secret")
    assert head(files.text("search_files", query="needle"))["matches"] == "0"


def test_configuration_in_the_folder_changes_nothing(serve: Serve, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / "rc").write_text("--pre=/bin/false\n--files\n")
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", str(top / "rc"))
    (top / "a").write_text("needle\n")
    assert head(serve((top, "read")).text("search_files", query="needle"))["matches"] == "1"


def test_what_the_call_read_is_reported(make_call: Any, tree: Path) -> None:
    from servers.filesystem.search_files import SearchFiles

    call = make_call((tree, "read"))
    search_contents.search(call, SearchFiles(query="needle"), [str(tree)])
    assert call.touched == [str(tree)]
