"""Windows, as far as it can be judged elsewhere: which of its processes is the app, and that nothing breaks off Windows."""

from __future__ import annotations

import pytest

from app.clients.claude_desktop import APPLICATION
from app.desktop import windows
from app.desktop.apps import Running
from app.desktop.windows import EPOCH, Process, WindowsDesktop, main_process

PACKAGED = r"C:\Program Files\WindowsApps\Claude_1.40609.0.0_x64__pzs8sxrjxfjjc\app\Claude.exe"
CLASSIC = r"C:\Users\ann\AppData\Local\AnthropicClaude\app-1.1.2998\claude.exe"
TOOL = r"C:\Users\ann\.local\bin\claude.exe"

ROWS: list[tuple[str, list[Process], int | None]] = [
    ("nothing runs", [], None),
    ("packaged", [Process(10, 1, "Claude.exe", PACKAGED, 5)], 10),
    ("classic", [Process(10, 1, "claude.exe", CLASSIC, 5)], 10),
    ("the command-line tool only", [Process(10, 1, "claude.exe", TOOL, 5)], None),
    ("an image that may not be known", [Process(10, 1, "claude.exe", "", 5)], None),
    (
        "its own children",
        [Process(12, 10, "Claude.exe", PACKAGED, 7), Process(10, 1, "Claude.exe", PACKAGED, 5)],
        10,
    ),
    (
        "a child of the tool",
        [Process(9, 1, "claude.exe", TOOL, 4), Process(10, 9, "Claude.exe", PACKAGED, 5)],
        10,
    ),
    (
        "two of them: the older one",
        [Process(20, 1, "Claude.exe", PACKAGED, 9), Process(10, 1, "claude.exe", CLASSIC, 5)],
        10,
    ),
]


@pytest.mark.parametrize(("processes", "pid"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_app_is_told_from_its_children_and_the_tool(processes: list[Process], pid: int | None) -> None:
    found = main_process(processes, APPLICATION)
    assert (found and found.pid) == pid


def test_the_main_process_is_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    began = (1_700_000_000 + EPOCH) * 10_000_000
    monkeypatch.setattr(windows, "list_processes", lambda name: [Process(10, 1, "Claude.exe", PACKAGED, began)])
    monkeypatch.setattr(windows, "_application_id", lambda pid: "Claude_pzs8sxrjxfjjc!Claude")
    monkeypatch.setattr(windows, "_began", lambda pid: began if pid == 10 else 0)
    desktop = WindowsDesktop()
    found = desktop.running(APPLICATION, r"C:\x", scan=True)
    assert found == Running(10, 1_700_000_000.0, (PACKAGED,), identity="Claude_pzs8sxrjxfjjc!Claude")
    assert found is not None
    assert desktop.alive(found)
    assert not desktop.alive(Running(11, 1_700_000_000.0))
    assert desktop.running(APPLICATION, r"C:\x", scan=False) is None


def test_only_that_very_process_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    began = (1_700_000_000 + EPOCH) * 10_000_000
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(windows, "_began", lambda pid: began)
    monkeypatch.setattr(windows, "_shut_down", lambda pid, start: asked.append((pid, start)))
    WindowsDesktop().ask_to_quit(APPLICATION, Running(10, 1_700_000_099.0))
    assert asked == []
    WindowsDesktop().ask_to_quit(APPLICATION, Running(10, 1_700_000_000.0))
    assert asked == [(10, began)]


@pytest.mark.parametrize(
    ("running", "argv"),
    [
        (Running(1, identity="Claude_pzs8sxrjxfjjc!Claude"), ["explorer.exe", r"shell:AppsFolder\Claude_pzs8sxrjxfjjc!Claude"]),
        (Running(1, argv=(CLASSIC,)), [CLASSIC]),
    ],
)  # fmt: skip
def test_a_package_is_started_by_its_name_and_a_program_by_its_path(
    monkeypatch: pytest.MonkeyPatch, running: Running, argv: list[str]
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(windows.subprocess, "Popen", lambda command, **_: started.append(command))
    WindowsDesktop().start(APPLICATION, running)
    assert started == [argv]


def test_what_was_never_seen_running_cannot_be_started() -> None:
    with pytest.raises(OSError, match="not known how"):
        WindowsDesktop().start(APPLICATION, None)
