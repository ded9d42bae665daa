from pathlib import Path
from typing import Any

import pytest

from tests.servers.filesystem.conftest import Files, Serve, body, head


@pytest.fixture
def tree(top: Path) -> Path:
    """Files whose names the tests look for."""
    for name in (
        "src/main.py",
        "src/deep/Main_test.py",
        "docs/main.md",
        "readme.md",
        ".hidden/main.py",
        "build/main.o",
    ):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("main")
    (top / ".gitignore").write_text("build/\n")
    return top


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"query": "main"}, [".hidden/main.py", "docs/main.md", "src/deep/Main_test.py", "src/main.py"]),
        ({"query": "Main"}, ["src/deep/Main_test.py"]),
        ({"query": "Main", "case": "no", "hidden": False}, ["docs/main.md", "src/deep/Main_test.py", "src/main.py"]),
        ({"query": "main", "case": "yes", "hidden": False}, ["docs/main.md", "src/main.py"]),
        ({"query": "*.md"}, ["docs/main.md", "readme.md"]),
        ({"query": "src/*.py"}, ["src/main.py"]),
        ({"query": "**/*.py", "hidden": False}, ["src/deep/Main_test.py", "src/main.py"]),
        ({"query": "src/deep"}, ["src/deep/", "src/deep/Main_test.py"]),
        ({"query": "deep"}, ["src/deep/"]),
        ({"query": "*.{md,o}", "ignored": True}, ["build/main.o", "docs/main.md", "readme.md"]),
        ({"query": "main", "glob": ["*.py", "!*test*"]}, [".hidden/main.py", "src/main.py"]),
        ({"query": "^main.*y$", "regex": True, "case": "yes", "hidden": False}, ["src/main.py"]),
        ({"query": "^M", "regex": True}, ["src/deep/Main_test.py"]),
        ({"query": "nothing"}, []),
        ({"query": "(n+)+$", "regex": True, "hidden": False}, []),
    ],
)
def test_names_are_found(files: Files, tree: Path, arguments: dict[str, Any], expected: list[str]) -> None:
    text = files.text("search_files", names=True, path=str(tree), **arguments)
    assert body(text).splitlines() == expected
    assert head(text)["matches"].split("/")[1] == str(len(expected))


def test_the_reference_servers_pattern_is_about_names(files: Files, tree: Path) -> None:
    assert body(files.text("search_files", path=".", pattern="*.md")).splitlines() == ["docs/main.md", "readme.md"]
    text = files.text("search_files", path=".", pattern="*.md", excludePatterns=["docs/**"])
    assert body(text).splitlines() == ["readme.md"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_put_together_are_all_of_it(files: Files, tree: Path, limit: int) -> None:
    arguments: dict[str, Any] = {"query": "m*", "names": True}
    whole = body(files.text("search_files", **arguments)).splitlines()
    text = files.text("search_files", limit=limit, **arguments)
    found = body(text).splitlines()
    while "next" in head(text):
        text = files.text("search_files", limit=limit, cursor=head(text)["next"], **arguments)
        found += body(text).splitlines()
    assert found == whole
    assert len(whole) == 4


def test_counting_shows_no_names(files: Files, tree: Path) -> None:
    text = files.text("search_files", query="main", names=True, output="count")
    assert (head(text)["matches"], body(text)) == ("4", "")


def test_files_that_may_hold_secrets_are_not_told_of(files: Files, top: Path) -> None:
    for name in (".env", "id_rsa", "deploy.pem", "env.txt"):
        (top / name).write_text("SECRET")
    assert body(files.text("search_files", query="*", names=True)) == "env.txt\n"


def test_all_granted_folders_are_searched_without_a_path(serve: Serve, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "wanted").touch()
    files = serve((tmp_path / "a", "read"), (tmp_path / "b", "write"))
    text = files.text("search_files", query="wanted", names=True)
    assert body(text).splitlines() == [f"{tmp_path}/a/wanted", f"{tmp_path}/b/wanted"]


def test_odd_names_come_on_one_line_each(files: Files, top: Path) -> None:
    (top / "new\nline").touch()
    assert body(files.text("search_files", query="line", names=True)) == "new\\x0aline\n"
    assert body(files.text("search_files", query="new\\x0aline", names=True)) == "new\\x0aline\n"
    assert body(files.text("search_files", query="w.l", regex=True, names=True)) == ""
    assert body(files.text("search_files", query="(?s)w.l", regex=True, names=True)) == "new\\x0aline\n"


def test_a_pattern_that_is_no_expression_is_refused(files: Files) -> None:
    assert "unclosed group" in files.error("search_files", query="(", regex=True, names=True, path=".")
