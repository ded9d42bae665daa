from __future__ import annotations

import pytest

import app.bridge.launch_windows as room

COMMAND = ["C:\\Program Files\\Doorkeep\\doorkeep.exe", "gateway", "--home", "C:\\Users\\Ann Lee\\.doorkeep"]


def test_the_task_is_written_with_quoted_paths():
    _, create, _ = room.attempts("C:\\home", COMMAND)
    line = create[create.index("/TR") + 1]
    assert line == '"C:\\Program Files\\Doorkeep\\doorkeep.exe" gateway --home "C:\\Users\\Ann Lee\\.doorkeep"'
    assert len(line) <= 261


def test_two_homes_have_two_tasks():
    assert room.task_name("C:\\one") != room.task_name("C:\\two")


@pytest.mark.parametrize(
    ("works", "asked"),
    [
        ({"/Run"}, ["/Run"]),
        ({"/Create"}, ["/Run", "/Create", "/Run"]),
        (set[str](), ["/Run", "/Create"]),
    ],
)
def test_the_task_is_run_and_written_only_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, works: set[str], asked: list[str]
):
    seen: list[str] = []

    def ran(command: list[str]) -> bool:
        seen.append(command[1])
        return command[1] in works

    monkeypatch.setattr(room, "_ran", ran)
    room._ask(room.attempts("C:\\home", COMMAND))
    assert seen == asked


@pytest.mark.parametrize(("left", "asked"), [(True, ["/Create", "/Run"]), (False, [])])
def test_after_an_older_gateway_left_its_task_is_written_anew(
    monkeypatch: pytest.MonkeyPatch, left: bool, asked: list[str]
):
    seen: list[str] = []
    monkeypatch.setattr(room, "_ran", lambda command: seen.append(command[1]) or True)
    room._ask(room.attempts("C:\\home", COMMAND), lambda: left)
    assert seen == asked
