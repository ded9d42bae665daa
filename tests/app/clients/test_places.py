"""The tables of places are well formed: a row that does not parse would protect nothing."""

from __future__ import annotations

import pytest

from app.clients.places import ALL, AUTOSTART, CLIENTS, MOVED_CLIENTS, MOVED_SHELL_START, SHELL_START, Row

BASES = {"home", "config", "support", "appdata", "localappdata", "programdata"}
ROWS = [*CLIENTS, *AUTOSTART, *SHELL_START]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_every_row_names_known_systems_and_a_known_base(row: Row) -> None:
    platforms, template = row
    assert set(platforms) <= set(ALL)
    assert platforms
    base, _, rest = template[1:].partition("}/")
    assert template.startswith("/") or (template.startswith("{") and base in BASES and rest)
    assert "*" not in template.rstrip("*").rpartition("/")[0]
    assert "\\" not in template


def test_no_place_is_listed_twice() -> None:
    seen = [(platform, template) for platforms, template in ROWS for platform in platforms]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("table", [MOVED_CLIENTS, MOVED_SHELL_START])
def test_what_lies_below_a_variable_is_empty_or_begins_with_a_slash(table: dict[str, tuple[str, ...]]) -> None:
    assert all(rest == "" or rest.startswith("/") for below in table.values() for rest in below)
