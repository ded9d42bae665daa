from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from app.core import known
from app.gateway.log import BoundedFile, GatewayLog


def test_a_bounded_file_keeps_one_predecessor_and_never_grows_beyond_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "x.log"
    log = BoundedFile(str(path), 100)
    for number in range(50):
        log.append(b"line %02d\n" % number)
    log.append(b"y" * 1000)
    log.close()
    assert sorted(os.listdir(path.parent)) == ["x.log", "x.log.1"]
    assert path.read_bytes() == b"y" * 100
    assert (tmp_path / "logs" / "x.log.1").stat().st_size <= 100


def test_a_later_start_appends(tmp_path: Path) -> None:
    for _ in range(2):
        log = BoundedFile(str(tmp_path / "x.log"))
        log.append(b"line\n")
        log.close()
    assert (tmp_path / "x.log").read_bytes() == b"line\nline\n"


def test_the_files_are_private(home: str) -> None:
    log = GatewayLog(home)
    log.line("hello")
    log.close()
    assert os.stat(os.path.join(home, "logs", "gateway.log")).st_mode & 0o777 == 0o600
    assert os.stat(os.path.join(home, "logs")).st_mode & 0o777 == 0o700


def test_a_full_or_missing_disk_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("not a folder")
    log = GatewayLog(str(tmp_path))
    log.line("nobody hears")
    log.close()


def test_a_line_is_one_line_whatever_is_in_it(home: str) -> None:
    log = GatewayLog(home)
    log.line("evil\n2026-01-01 forged\x1b[2J\udcff")
    log.close()
    text = Path(home, "logs", "gateway.log").read_text()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z evil 2026-01-01 forged \[2J.*\n", text)


def test_an_exception_is_noted_by_type_and_place_and_never_by_its_words(home: str) -> None:
    log = GatewayLog(home)
    try:
        raise ValueError("the secret argument")
    except ValueError as error:
        log.failure(error)
    log.close()
    text = Path(home, "logs", "gateway.log").read_text()
    assert "unexpected ValueError at test_log.py:" in text
    assert "secret" not in text


def test_in_the_foreground_it_is_said_too(home: str, capfd: pytest.CaptureFixture[str]) -> None:
    log = GatewayLog(home, echo=True)
    log.line("hello")
    log.close()
    assert capfd.readouterr().err.endswith("Z hello\n")


def test_no_secret_stands_in_it(tmp_path: Path) -> None:
    known.learn("door", "sesame-1")
    log = GatewayLog(str(tmp_path))
    log.line("server x: ended with sesame-1")
    log.close()
    assert (tmp_path / "logs" / "gateway.log").read_text().endswith(" server x: ended with [secret door]\n")
