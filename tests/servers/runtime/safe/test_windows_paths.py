r"""Every shape of Windows path that could mean something else than it seems is refused before the system sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.runtime.errors import ToolError
from servers.runtime.safe import windows_paths
from servers.runtime.safe.windows_paths import name_refused, plain, target_of

FOLDER, HOME = "C:\\Users\\me\\Docs", "C:\\Users\\me"


def resolve(argument: str) -> str:
    return windows_paths.resolve(argument, lambda: FOLDER, HOME)


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("C:\\Users\\a.txt", "C:\\Users\\a.txt"),
        ("c:/Users//./a.txt/", "C:\\Users\\a.txt"),
        ("a\\b.txt", "C:\\Users\\me\\Docs\\a\\b.txt"),
        ("a/b.txt", "C:\\Users\\me\\Docs\\a\\b.txt"),
        ("~", "C:\\Users\\me"),
        ("~/x", "C:\\Users\\me\\x"),
        ("~x", "C:\\Users\\me\\Docs\\~x"),
        (".", "C:\\Users\\me\\Docs"),
        ("D:\\", "D:\\"),
        ("C:\\a b\\\u00e4.console.txt", "C:\\a b\\\u00e4.console.txt"),
        ("C:\\common\\connect.txt", "C:\\common\\connect.txt"),
    ],
)
def test_an_argument_means_one_absolute_path(argument: str, path: str) -> None:
    assert resolve(argument) == path


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("\\\\evil\\share\\x", "network place or a device"),
        ("//evil/share/x", "network place or a device"),
        ("/\\evil/share", "network place or a device"),
        ("\\\\?\\C:\\Users", "network place or a device"),
        ("\\\\.\\PhysicalDrive0", "network place or a device"),
        ("\\??\\C:\\Users", "network place or a device"),
        ("\\\\?\\UNC\\evil\\share", "network place or a device"),
        ("\\Users\\x", "names no drive"),
        ("/Users/x", "names no drive"),
        ("C:rel.txt", "current folder"),
        ("C:", "current folder"),
        ("C:\\a\\..\\b", r"contains '\.\.'"),
        ("..\\b", r"contains '\.\.'"),
        ("C:\\a.txt:stream", "stream"),
        ("C:\\a.txt::$DATA", "stream"),
        ("a:b", "current folder"),
        ("C:\\NUL", "name of a device"),
        ("C:\\x\\con.txt", "name of a device"),
        ("C:\\COM\u00b9", "name of a device"),
        ("C:\\lpt1.tar.gz", "name of a device"),
        ("C:\\aux .txt", "name of a device"),
        ("C:\\CONOUT$", "name of a device"),
        ("C:\\a.txt.", "ends in a dot or a space"),
        ("C:\\dir \\a", "ends in a dot or a space"),
        ("C:\\.git.\\config", "ends in a dot or a space"),
        ("C:\\PROGRA~1\\x", "short name"),
        ("C:\\GIT~1\\config", "short name"),
        ("C:\\a?b", "character that no name"),
        ("C:\\a\nb", "character that no name"),
        ("C:\\" + "n" * 256, "too long"),
        ("C:\\" + "abcdefgh\\" * 4000, "too long"),
    ],
)
def test_what_could_mean_something_else_is_refused(argument: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        resolve(argument)


def test_a_network_place_is_refused_before_the_granted_folder_is_even_looked_up() -> None:
    def never() -> str:
        raise AssertionError("asked")

    with pytest.raises(ToolError):
        windows_paths.resolve("\\\\evil\\share", never, HOME)


@given(st.text(st.sampled_from("aC:\\/.~1 \u00b9$?nulco\n"), max_size=24))
def test_whatever_passes_is_absolute_and_plain(argument: str) -> None:
    try:
        path = resolve(argument)
    except ToolError:
        return
    assert path[1:3] == ":\\"
    assert path[0].isupper()
    assert "/" not in path
    assert ":" not in path[2:]
    assert all(name_refused(part) == "" for part in path[3:].split("\\") if part)
    assert windows_paths.resolve(path, lambda: FOLDER, HOME) == path


@pytest.mark.parametrize(
    ("final", "path"),
    [
        ("\\\\?\\C:\\Users\\a", "C:\\Users\\a"),
        ("\\\\?\\c:\\Users", "C:\\Users"),
        ("\\\\?\\UNC\\server\\share\\a", "\\\\server\\share\\a"),
        ("\\\\?\\Volume{1}\\a", "Volume{1}\\a"),
    ],
)
def test_a_final_path_has_the_form_of_grants(final: str, path: str) -> None:
    assert plain(final) == path


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("\\\\?\\D:\\data", "D:\\data"),
        ("\\??\\D:\\data", "D:\\data"),
        ("d:/data/./x", "D:\\data\\x"),
        ("sub\\b.txt", "C:\\a\\sub\\b.txt"),
        ("..\\..\\..\\x", "C:\\x"),
    ],
)
def test_a_links_target_is_a_path_of_a_drive(target: str, path: str) -> None:
    assert target_of("C:\\a\\link", target) == path


@pytest.mark.parametrize(
    "target",
    [
        "\\\\evil\\share",
        "\\??\\UNC\\evil\\share",
        "\\\\?\\UNC\\evil\\share",
        "\\rooted",
        "C:relative",
        "\\??\\Volume{1}\\",
    ],
)
def test_a_target_on_the_network_or_without_a_drive_is_no_path(target: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its words are the target
        target_of("C:\\a\\link", target)
