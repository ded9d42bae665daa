"""One row: what it shows and what it asks for."""

from __future__ import annotations

import msgspec

from app.core.journal.record import CallRecord, timestamp
from app.core.settings import FolderSetting
from app.ui.folders.facts import Standing
from app.ui.folders.row import FolderRow

SERVERS = {"filesystem": "Files", "git": "Git"}


def row(services, qtbot, **more) -> FolderRow:
    made = FolderRow(services, Standing(FolderSetting("/d/Documents", "read", **more), True), SERVERS)
    qtbot.addWidget(made)
    return made


def test_every_built_in_server_sees_a_folder_that_names_none(services, qtbot) -> None:
    made = row(services, qtbot)
    assert [chip.isChecked() for chip in made.servers.values()] == [True, True]


def test_only_named_servers_see_it_and_unknown_ones_are_shown(services, qtbot) -> None:
    made = row(services, qtbot, servers=("git", "tracker"))
    assert {name: chip.isChecked() for name, chip in made.servers.items()} == {
        "filesystem": False,
        "git": True,
        "tracker": True,
    }


def test_a_toggle_asks_for_its_server(services, qtbot) -> None:
    made = row(services, qtbot)
    with qtbot.waitSignal(made.server_wanted) as wanted:
        made.servers["git"].click()
    assert wanted.args == ["git", False]


def test_a_call_in_the_folder_is_counted_once(services, qtbot) -> None:
    made = row(services, qtbot)
    running = CallRecord(9, timestamp(0), "claude-ai 1", server="filesystem", tool="read_file", outcome="running")
    made.take_call(running)
    made.take_call(msgspec.structs.replace(running, outcome="ok"))
    assert made.lately.today == 1
    assert made.activity.isEnabled()


def test_a_name_that_would_fool_the_eye_shows_its_marks(services, qtbot) -> None:
    made = FolderRow(services, Standing(FolderSetting("/d/\u202egpj.exe\n", "read"), True), SERVERS)
    qtbot.addWidget(made)
    assert "\u202e" not in made.path.text()
    assert "\n" not in made.path.text()


def test_problem_and_state_come_and_go(services, qtbot) -> None:
    made = row(services, qtbot)
    made.show_problem("No.")
    made.show_state("In force", "allowed", "check")
    assert not made.problem.isHidden()
    made.show_problem("")
    made.show_state("")
    assert made.problem.isHidden()
    assert made.state.isHidden()
