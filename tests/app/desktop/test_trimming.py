"""Memory that is no longer used goes back to the system, and a program without that call goes on."""

from __future__ import annotations

import ctypes
import gc
import sys
import weakref

import pytest

from app.desktop.trimming import give_back


class Knot:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_only_refers_to_itself_is_gone_afterwards() -> None:
    gc.disable()
    try:
        seen = weakref.ref(Knot())
        assert seen() is not None
        give_back()
        assert seen() is None
    finally:
        gc.enable()


def test_a_c_library_without_the_call_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    give_back()


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: pytest.fail("nothing is asked of its C library"))
    give_back()
