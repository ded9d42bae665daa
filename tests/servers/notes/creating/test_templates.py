"""Templates and daily notes as a vault's settings say; the settings are read and never written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from servers.notes.creating import templates
from servers.notes.creating.templates import Settings
from servers.notes.vaults import Vault
from servers.runtime.call import Call
from servers.runtime.errors import ToolError
from tests.servers.notes.conftest import write

AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("# {{title}}", Settings(), "# Plan"),
        ("{{date}} {{time}}", Settings(), "2026-03-01 09:05"),
        ("{{ Date : YYYY }} {{time:H}}", Settings(), " 2026  9"),
        ("{{date}} {{time}}", Settings(date_format="D/M", time_format="h A"), "1/3 9 AM"),
        ("{{other}} <% tp.x %> {{VALUE}}", Settings(), "{{other}} <% tp.x %> {{VALUE}}"),
    ],
)
def test_places_are_filled_in(text: str, known: Settings, expected: str) -> None:
    assert templates.filled(text, "Plan", AT, known) == expected


@pytest.mark.parametrize(
    ("known", "path"),
    [
        (Settings(), "2026-03-01.md"),
        (Settings(folder="Daily/", format="YYYY/MM/DD"), "Daily/2026/03/01.md"),
        (Settings(folder="/", format="[day] D"), "day 1.md"),
    ],
)
def test_a_daily_notes_path(known: Settings, path: str) -> None:
    assert templates.daily_path(known, AT) == path


def test_a_daily_note_outside_the_vault_is_refused() -> None:
    with pytest.raises(ToolError, match="outside"):
        templates.daily_path(Settings(folder="../x"), AT)


def test_settings_are_read_if_they_are_there(call: Call, vault: Path) -> None:
    here = Vault("Vault", str(vault))
    assert templates.settings(call, here, "templates") == Settings()
    write(vault, {".obsidian/templates.json": '{"folder": "T", "dateFormat": "D", "other": [1]}'})
    assert templates.settings(call, here, "templates") == Settings(folder="T", date_format="D")
    write(vault, {".obsidian/templates.json": "{broken"})
    with pytest.raises(ToolError, match="cannot be read"):
        templates.settings(call, here, "templates")


def test_a_template_is_found_in_its_folder_first(call: Call, vault: Path) -> None:
    write(vault, {"T/Meeting.md": "in T", "Meeting.md": "at top", "T/Sub/Deep.md": "deep"})
    here = Vault("Vault", str(vault))
    assert templates.find(call, here, "Meeting", "T").text == "in T"
    assert templates.find(call, here, "Sub/Deep.md", "/T/").text == "deep"
    assert templates.find(call, here, "Meeting.md", "").text == "at top"
    with pytest.raises(ToolError, match="There is no note Missing"):
        templates.find(call, here, "Missing", "T")


def test_a_template_that_is_no_text_is_refused(call: Call, vault: Path) -> None:
    write(vault, {"a.md": b"\xff", "b.md": b"x" * ((1 << 20) + 1)})
    here = Vault("Vault", str(vault))
    with pytest.raises(ToolError, match="UTF-8"):
        templates.find(call, here, "a", "")
    with pytest.raises(ToolError, match="larger than 1 MiB"):
        templates.find(call, here, "b", "")
