"""The Run key: what can be said of it on any system."""

from __future__ import annotations

import pytest

from app.desktop.autostart_windows import is_on, line_of, switched_off


def test_the_command_is_one_line_that_windows_takes_apart_again() -> None:
    line = line_of([r"C:\Program Files\Doorkeep\doorkeep-tray.exe", "--background", "--home", "D:\\my home\\"])
    assert line == '"C:\\Program Files\\Doorkeep\\doorkeep-tray.exe" --background --home "D:\\my home\\\\"'


@pytest.mark.parametrize(
    ("value", "off"), [(b"\x02" + bytes(11), False), (b"\x03" + bytes(11), True), (b"", False), (None, False)]
)
def test_the_task_managers_switch_counts(value: object, off: bool) -> None:
    assert switched_off(value) is off


def test_without_a_run_key_it_is_off() -> None:
    assert not is_on()
