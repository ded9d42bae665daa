"""Files for other programs."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import JournalError
from app.core.journal.export import FORMULA, export, safe, write
from app.core.journal.record import CallRecord

RECORD = CallRecord(
    1, "2026-07-01T00:00:00.000Z", client='=HYPERLINK("x")', tool="read,file", arguments=msgspec.Raw(b'{"a": "b,\\"c"}'),
    paths=["/d/a", "/d/b"], reason="line\nbreak", duration_ms=1.5,
)  # fmt: skip


def test_json_lines_are_the_records(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert export([RECORD, RECORD], str(path), "jsonl") == 2
    first = json.loads(path.read_text().splitlines()[0])
    assert (list(first), first["arguments"]) == (list(CallRecord.__struct_fields__), {"a": 'b,"c'})


def test_a_spreadsheet_reads_every_cell_and_runs_none(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    export([RECORD], str(path), "csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["client"], row["tool"], row["paths"], row["reason"], row["duration_ms"], row["folder"]) == (
        '\'=HYPERLINK("x")', "read,file", "/d/a\n/d/b", "line\nbreak", "1.5", "",
    )  # fmt: skip


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert not safe(text).startswith(FORMULA)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_text_survives_the_table(text: str) -> None:
    out = io.BytesIO()
    write([CallRecord(1, "", reason=text)], out, "csv")
    (row,) = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""))
    assert row["reason"] == safe(text)


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("before")

    def breaks() -> Iterator[CallRecord]:
        yield RECORD
        raise RuntimeError

    with pytest.raises(RuntimeError):
        export(breaks(), str(path), "jsonl")
    assert ([entry.name for entry in tmp_path.iterdir()], path.read_text()) == (["log.jsonl"], "before")


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    export([RECORD], str(tmp_path / "log.csv"), "csv")
    assert os.stat(tmp_path / "log.csv").st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "none/log.csv"])
def test_a_place_that_does_not_work_is_said_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalError, match="was not exported"):
        export([RECORD], str(tmp_path / name), "csv")


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    export([RECORD] * 450, str(tmp_path / "x"), "jsonl", lambda count, id_: seen.append((count, id_)))
    assert seen == [(200, 1), (400, 1)]
