import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servers.runtime.changing import diffs
from servers.runtime.changing.pieces import Pieces, Splice

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "a", "é\n"]), max_size=25).map("".join)


def applied(old: str, patch: str, folder: Path) -> str:
    path = folder / "f"
    path.write_bytes(old.encode())
    if patch:
        run = subprocess.run(
            ["patch", "-p0", "-s", "f"], cwd=folder, input=patch.encode(), capture_output=True, check=False
        )
        assert run.returncode == 0, (patch, run.stdout)
    return path.read_bytes().decode() if path.exists() else ""


@pytest.mark.skipif(not shutil.which("patch"), reason="the program `patch` is missing")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.data())
def test_patch_makes_the_new_text_of_the_old_one(tmp_path: Path, old: str, data: st.DataObject) -> None:
    pieces = Pieces(old)
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(pieces.text)))
        end = data.draw(st.integers(start, min(start + 8, len(pieces.text))))
        pieces.replace(start, end, data.draw(st.sampled_from(["", "x", "x\n", "y\nz\n", "\n"])))
    assert applied(old, diffs.of_splices(old, pieces.splices(), "f").text, tmp_path) == pieces.text
    assert applied(old, diffs.of_texts(old, pieces.text, "f").text, tmp_path) == pieces.text


def test_a_diff_has_three_lines_of_context_and_counts() -> None:
    old = "".join(f"{number}\n" for number in range(20))
    found = diffs.of_texts(old, old.replace("10\n", "ten\nten again\n"), "/f")
    assert found.text == ("--- /f\n+++ /f\n@@ -8,7 +8,8 @@\n 7\n 8\n 9\n-10\n+ten\n+ten again\n 11\n 12\n 13\n")
    assert (found.added, found.removed) == (2, 1)


def test_no_change_is_no_diff() -> None:
    assert diffs.of_texts("same\n", "same\n", "/f") == diffs.Diff()
    pieces = Pieces("same\n")
    pieces.replace(0, 4, "same")
    assert diffs.of_splices("same\n", pieces.splices(), "/f") == diffs.Diff()


def test_a_long_diff_is_cut_behind_a_line_and_says_so() -> None:
    found = diffs.of_texts("", "line\n" * 50_000, "/f", max_chars=1000)
    assert len(found.text) <= 1000
    assert found.text.endswith("+line\n… (the rest of the diff is left out)\n")
    assert found.added == 50_000


def test_a_long_line_is_cut() -> None:
    assert "(9,000 more characters)" in diffs.of_texts("", "x" * 10_000 + "\n", "/f").text


def test_a_missing_line_end_is_said() -> None:
    assert diffs.of_texts("a\n", "a", "/f").text.endswith("-a\n+a\n\\ No newline at end of file\n")


def test_two_changes_far_apart_are_two_hunks() -> None:
    old = "".join(f"{number}\n" for number in range(100))
    assert diffs.of_texts(old, old.replace("\n10\n", "\nX\n").replace("\n90\n", "\nY\n"), "/f").text.count("@@ -") == 2


@given(
    st.lists(st.sampled_from(["one\n", "two\n", "é\n", "日本\n", "\n"]), min_size=1, max_size=12),
    st.integers(0, 12),
    st.integers(0, 4),
    st.sampled_from(["", "new\n", "ü\nnew\n"]),
)
def test_stretches_in_bytes_make_the_diff_that_those_in_characters_make(
    lines: list[str], first: int, count: int, new: str
) -> None:
    old = "".join(lines)
    first = min(first, len(lines))
    start, end = len("".join(lines[:first])), len("".join(lines[: first + count]))
    as_bytes = Splice(len(old[:start].encode()), len(old[:end].encode()), new.encode())
    expected = diffs.of_splices(old, [Splice(start, end, new)], "f")
    assert diffs.of_byte_splices(old.encode(), [as_bytes], "f") == expected
