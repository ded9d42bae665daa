import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servers.filesystem.ignore import Level, Rules, inside, moved_down


@pytest.mark.parametrize(
    ("rules", "ignored", "kept"),
    [
        ("*.pyc", ["a.pyc", "x/y/b.pyc"], ["a.py"]),
        ("build/", ["build/", "x/build/"], ["build"]),
        ("/build", ["build", "build/"], ["x/build"]),
        ("doc/*.txt", ["doc/a.txt"], ["x/doc/a.txt", "doc/x/a.txt"]),
        ("**/logs", ["logs/", "x/y/logs/"], ["logsx"]),
        ("logs/**", ["logs/a", "logs/x/b"], ["x/logs/a"]),
        ("a/**/b", ["a/b", "a/x/b"], ["b"]),
        ("*.log\n!keep.log", ["a.log"], ["keep.log", "x/keep.log"]),
        ("*\n!*.md", ["a"], ["a.md"]),
        ("# comment\n\n  \nx", ["x"], ["# comment"]),
        (r"\#x", ["#x"], ["x"]),
        (r"\!x", ["!x"], ["x"]),
        ("x   ", ["x"], ["x   "]),
        ("x\\ ", ["x "], ["x"]),
        ("x\r\ny\r", ["x", "y"], []),
        ("literal", ["literal", "a/literal"], ["literally"]),
        ("/", [], ["a"]),
    ],
)
def test_rules_ignore_as_git_does(rules: str, ignored: list[str], kept: list[str]) -> None:
    found = Rules(rules)

    def says(path: str) -> bool:
        plain = path.removesuffix("/")
        return bool(found.verdict(plain.rpartition("/")[2], plain, path.endswith("/")))

    assert [path for path in ignored + kept if says(path)] == ignored


def test_the_nearest_file_that_says_anything_decides() -> None:
    above = inside(None, "*.txt\n/only-top", 0, begins=False)
    below = inside(above, "!keep.txt", len("sub/"), begins=False)
    assert isinstance(below, Level)
    assert below.ignores("a.txt", "sub/a.txt", False)
    assert not below.ignores("keep.txt", "sub/keep.txt", False)
    assert not below.ignores("only-top", "sub/only-top", False)


def test_a_repository_within_a_repository_begins_anew() -> None:
    above = inside(None, "*.txt", 0, begins=True)
    assert inside(above, None, 4, begins=True) is None


@pytest.mark.parametrize(
    ("rules", "parts", "expected"),
    [
        ("*.pyc\nbuild/\n!keep", ["a", "b"], ["*.pyc", "build/", "!keep"]),
        ("/a/b/c", ["a", "b"], ["/c"]),
        ("/a/*/c/", ["a", "b"], ["/c/"]),
        ("/x/c", ["a"], []),
        ("/a", ["a"], []),
        ("a/**/c", ["a", "b"], ["/**/c"]),
        ("a/**", ["a"], ["/**"]),
        ("**/c", ["a"], ["c"]),
        (r"\#x", ["a"], [r"\#x"]),
    ],
)
def test_rules_are_moved_down_into_a_folder(rules: str, parts: list[str], expected: list[str]) -> None:
    assert moved_down(rules, parts) == expected


NAMES = st.sampled_from(["a", "b", "ab", "a.b", "#", "!", "x"])
RULES = st.lists(
    st.builds(
        lambda bang, slash, parts, end: bang + slash + "/".join(parts) + end,
        st.sampled_from(["", "", "!"]),
        st.sampled_from(["", "/"]),
        st.lists(st.sampled_from(["a", "b", "a*", "*", "**", "?", "[ab]", "x", "a.b"]), min_size=1, max_size=3),
        st.sampled_from(["", "/"]),
    ),
    max_size=5,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RULES, st.lists(st.lists(NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=8))
def test_git_agrees(tmp_path: Path, rules: list[str], paths: list[str]) -> None:
    """`git check-ignore` is asked about files none of whose folders is ignored, as a walk would."""
    repository = tmp_path / "repository"
    repository.mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    if not (repository / ".git").exists():
        subprocess.run(["git", "init", "-q"], cwd=repository, env=env, check=True)
    (repository / ".gitignore").write_text("\n".join(rules))
    found = Rules("\n".join(rules))

    def ignored(path: str) -> bool:
        parts = path.split("/")
        return any(
            found.verdict(part, "/".join(parts[: number + 1]), number < len(parts) - 1)
            for number, part in enumerate(parts)
        )

    asked = "\0".join(dict.fromkeys(paths))
    run = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=repository,
        env=env,
        input=asked.encode(),
        capture_output=True,
        check=False,
    )
    said = set(run.stdout.decode().split("\0")) - {""}
    assert {path for path in paths if ignored(path)} == said
