"""macOS's paths have one form each, and its calls are made as its manual says."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from servers.runtime.safe import macos, moving, walk
from servers.runtime.wire import path_key

NFD, NFC = "/Users/me/cafe\u0301", "/Users/me/caf\u00e9"


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("/Users/me/a", "/Users/me/a"),
        ("/System/Volumes/Data/Users/me/a", "/Users/me/a"),
        ("/System/Volumes/Data", "/"),
        ("/System/Volumes/Database/a", "/System/Volumes/Database/a"),
        (NFD, NFC),
    ],
)
def test_a_path_has_one_form(path: str, plain: str) -> None:
    assert macos.plain_path(path) == plain


def test_the_real_path_comes_from_f_getpath(monkeypatch: pytest.MonkeyPatch) -> None:
    def getpath(fd: int, command: int, buffer: bytes) -> bytes:
        assert (fd, command, len(buffer)) == (7, 50, 1024)
        return os.fsencode(NFD).ljust(1024, b"\0")

    monkeypatch.setattr(fcntl, "fcntl", getpath)
    monkeypatch.setattr(walk.sys, "platform", "darwin")
    assert walk.real_path(7) == NFC


def test_names_that_differ_by_case_or_form_are_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk.sys, "platform", "darwin")
    assert path_key(NFD.upper()) == path_key(NFC)


@pytest.mark.parametrize(("exchange", "flag"), [(True, 2), (False, 4)])
def test_renames_ask_for_exchange_or_for_a_free_name(
    monkeypatch: pytest.MonkeyPatch, exchange: bool, flag: int
) -> None:
    calls: list[tuple[Any, ...]] = []

    class Library:
        def renameatx_np(self, *arguments: Any) -> int:
            calls.append((*arguments[:4], arguments[4].value))
            return 0

    monkeypatch.setattr(macos.ctypes, "CDLL", lambda name, use_errno: Library())
    monkeypatch.setattr(moving.sys, "platform", "darwin")
    if exchange:
        assert moving.exchange(3, "a", "b")
        assert calls == [(3, b"a", 3, b"b", flag)]
    else:
        moving.rename_new(3, "a", 4, "b")
        assert calls == [(3, b"a", 4, b"b", flag)]


def test_attributes_are_copied_by_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[Any, ...]] = []

    class Library:
        def fcopyfile(self, source: int, target: int, state: None, flags: Any) -> int:
            calls.append((source, target, state, flags.value))
            return 0

    monkeypatch.setattr(macos.ctypes, "CDLL", lambda name, use_errno: Library())
    macos.copy_attributes(3, 4)
    assert calls == [(3, 4, None, 5)]
