"""Names that some link or some system could not hold are refused, with the reason."""

from __future__ import annotations

import pytest

from servers.notes.creating.naming import check
from servers.runtime.errors import ToolError


@pytest.mark.parametrize(
    "path", ["Plan.md", "a b/c (d).md", "été.md", "日本/note.md", "2026-01-01.md", "a.b.md", "C++.md", "con fused.md"]
)
def test_good_names(path: str) -> None:
    check(path)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        *[(f"a{char}b.md", "links could not lead") for char in "#^[]|"],
        *[(f"a{char}b.md", "not every system") for char in '\\:*"<>?'],
        ("a\nb.md", "control character"),
        (".hidden.md", "begins with a dot"),
        (".md", "begins with a dot"),
        ("a .md", "at its end"),
        (" a.md", "at its end"),
        ("folder./b.md", "at its end"),
        ("CON.md", "Windows"),
        ("lpt1", "Windows"),
        ("a" * 253 + ".md", "longer than 255 bytes"),
        ("é" * 127 + ".md", "longer than 255 bytes"),
        ("a#b/c.md", "links could not lead"),
    ],
)
def test_bad_names(path: str, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        check(path)
