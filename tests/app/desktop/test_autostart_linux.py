"""The desktop entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.desktop.autostart_linux import entry, entry_path, is_on, turn_off, turn_on


def test_the_entry_lies_where_the_session_looks(guard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert entry_path() == str(guard / ".config/autostart/doorkeep.desktop")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/else/where")
    assert entry_path() == "/else/where/autostart/doorkeep.desktop"


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("/usr/bin/python3", '"/usr/bin/python3"'),
        ("/a folder/x", '"/a folder/x"'),
        ("100%", '"100%%"'),
        ("a$b", r'"a\\$b"'),
        ('say "x"', r'"say \\"x\\""'),
    ],
)
def test_words_are_quoted_as_the_specification_wants(word: str, quoted: str) -> None:
    assert f"Exec={quoted}\n" in entry([word])


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false", "Hidden = True"])
def test_switched_off_by_the_desktop_counts(guard: Path, line: str) -> None:
    turn_on(["x"])
    assert is_on()
    path = Path(entry_path())
    path.write_text(path.read_text().replace("X-GNOME-Autostart-enabled=true", line))
    assert not is_on()
    turn_off()
    assert not path.exists()
