import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.filesystem.globs import Globs, braces, certain, is_glob, translate
from servers.runtime.errors import ToolError


def matches(glob: str, path: str) -> bool:
    import re

    return bool(re.fullmatch(translate(glob), path))


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.py", "a.py", True),
        ("*.py", "a.pyc", False),
        ("*", "", True),
        ("*", ".hidden", True),
        ("*", "a/b", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[abc]x", "bx", True),
        ("[!abc]x", "bx", False),
        ("[!abc]x", "dx", True),
        ("[]x]", "]", True),
        ("[a-c]", "b", True),
        ("[z-a]", "b", False),
        ("[", "[", True),
        ("[!a]b", "/b", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "aXcYb", False),
        ("*b", "abb", True),
        ("*ab*ab", "ab", False),
        ("**", "a/b/c", True),
        ("**/x", "x", True),
        ("**/x", "a/b/x", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b/**/c", "a/x/b/y/b/c", True),
        ("a/**/b/**/c", "a/x/c", False),
        ("**/**/**/x", "a/x", True),
        ("src/*.ts", "src/a.ts", True),
        ("src/*.ts", "src/deep/a.ts", False),
        ("a.c", "abc", False),
        ("naïve*", "naïveté", True),
        ("new\nline", "new\nline", True),
    ],
)
def test_globs_match_as_people_expect(glob: str, path: str, expected: bool) -> None:
    assert matches(glob, path) is expected


@pytest.mark.parametrize("glob", ["*a" * 40 + "*b", "**/a" * 40 + "/**/b", "?*" * 60 + "b", "[ab]*" * 50 + "x"])
def test_no_glob_makes_matching_slow(glob: str) -> None:
    # A pattern that goes back and forth would take years, and the test's own time limit ends it.
    assert not matches(glob, "a" * 255)
    assert not matches(glob, "/".join(["a" * 50] * 60))


def test_a_glob_too_long_is_refused() -> None:
    with pytest.raises(ToolError, match="at most"):
        translate("a" * 1001)


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("*.{a,b}", ["*.a", "*.b"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
        ("{a,{b,c}}", ["a", "b", "a", "c"]),
        ("{a}", ["{a}"]),
        ("{a,b", ["{a,b"]),
        ("plain", ["plain"]),
    ],
)
def test_braces_stand_for_several_globs(glob: str, expected: list[str]) -> None:
    assert braces(glob) == expected


def test_braces_cannot_blow_up() -> None:
    with pytest.raises(ToolError, match="more than"):
        braces("{a,b}" * 20)


@pytest.mark.parametrize(
    ("globs", "wanted", "unwanted"),
    [
        ([], ["a", "b/c"], []),
        (["*.py"], ["a.py", "deep/b.py"], ["a.txt"]),
        (["src/*.py"], ["src/a.py"], ["a.py", "x/src/a.py"]),
        (["!*.md"], ["a.py"], ["a.md", "x/b.md"]),
        (["*.py", "!test_*"], ["a.py"], ["test_a.py", "a.txt"]),
        (["!tests/**"], ["a"], ["tests/a", "tests/x/y"]),
        (["*.{js,ts}"], ["a.js", "b.ts"], ["c.py"]),
    ],
)
def test_lists_of_globs_want_and_exclude(globs: list[str], wanted: list[str], unwanted: list[str]) -> None:
    test = Globs(globs)
    assert [path for path in wanted + unwanted if test.wants(path.rpartition("/")[2], path)] == wanted


def test_a_folder_of_which_everything_is_excluded_need_not_be_entered() -> None:
    test = Globs(["!node_modules", "!build/**", "*.py"])
    assert test.excludes_folder("node_modules", "a/node_modules")
    assert test.excludes_folder("build", "build")
    assert not test.excludes_folder("src", "src")


def test_case_can_be_ignored() -> None:
    assert Globs(["*.PY"], ignore_case=True).wants("a.py", "a.py")


@pytest.mark.parametrize(
    ("text", "expected"), [("a.py", False), ("*.py", True), ("a?", True), ("{a,b}", True), ("{a}", False)]
)
def test_a_glob_is_told_from_a_plain_text(text: str, expected: bool) -> None:
    assert is_glob(text) is expected


@given(st.text("ab*?[]!\\.", max_size=12), st.text("ab*?[]!\\.", max_size=12))
def test_what_a_glob_makes_certain_is_in_everything_it_matches(glob: str, name: str) -> None:
    if matches(glob, name):
        assert certain(glob) in name
