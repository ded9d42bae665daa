"""Which system libraries are packaged: those that something packaged loads, and none that come with what is not packaged."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))
reaching = importlib.import_module("reaching")

LIB = "/usr/lib/x86_64-linux-gnu"
ENTRIES = [
    ("PySide6/libqxcb.so", "/venv/libqxcb.so", "BINARY"),
    ("libxcb-cursor.so.0", f"{LIB}/libxcb-cursor.so.0", "BINARY"),
    ("libxcb-util.so.1", f"{LIB}/libxcb-util.so.1", "BINARY"),
    ("libgcrypt.so.20", f"{LIB}/libgcrypt.so.20", "BINARY"),
    ("libpython3.11.so.1.0", f"{LIB}/libpython3.11.so.1.0", "BINARY"),
    ("resources/catalog.json", "/src/catalog.json", "DATA"),
]
NEEDS = {
    "/venv/libqxcb.so": ["libxcb-cursor.so.0", "libdbus-1.so.3", "libc.so.6"],
    f"{LIB}/libxcb-cursor.so.0": ["libxcb-util.so.1"],
}


def needs(path: str) -> list[str]:
    return NEEDS.get(path, [])


def test_what_is_loaded_at_first_or_second_hand_stays() -> None:
    kept = [place for place, _, _ in reaching.reachable(ENTRIES, needs)]
    assert kept == [place for place, _, _ in ENTRIES if place != "libgcrypt.so.20"]


def test_what_is_left_to_the_system_is_told_with_who_needs_it() -> None:
    found = reaching.from_the_system([path for _, path, _ in ENTRIES], needs)
    assert found == {"libdbus-1.so.3": ["libqxcb.so"], "libc.so.6": ["libqxcb.so"]}


def test_a_program_of_this_machine_names_its_libraries() -> None:
    assert "libc.so.6" in reaching.needed("/bin/ls")
    assert reaching.needed(__file__) == []
