"""The tray: an icon, a window that comes and goes, one program however often it is started; never hidden to nowhere."""

from __future__ import annotations

import signal
from pathlib import Path

from app.bridge.home import stopped_mark
from tests.fakes.house import alive
from tests.fakes.x_session import Box, x_session


def is_icon(box: Box) -> bool:
    return box.width < 64 and box.y > 800


def is_window(box: Box) -> bool:
    return box.width >= 760


def test_the_tray_icon_is_there_and_no_window_in_the_background(session, sit_down, wait_until) -> None:
    person = sit_down("--background")
    wait_until(lambda: session.window(person.tray.pid, is_icon), 60)
    assert session.window(person.tray.pid, is_window) is None


def test_a_second_start_raises_the_first(session, sit_down, wait_until) -> None:
    person = sit_down("--background")
    wait_until(lambda: session.window(person.tray.pid, is_icon), 60)
    assert sit_down().tray.wait(20) == 0
    wait_until(lambda: session.window(person.tray.pid, is_window), 60)


def test_the_window_closed_into_the_tray_comes_back_by_a_click_on_the_icon(session, sit_down, wait_until) -> None:
    person = sit_down()
    window = wait_until(lambda: session.window(person.tray.pid, is_window), 60)
    session.do("windowactivate", "--sync", window.id, "key", "ctrl+w")
    wait_until(lambda: session.window(person.tray.pid, is_window) is None)
    icon = wait_until(lambda: session.window(person.tray.pid, is_icon))
    session.click(icon.x + icon.width // 2, icon.y + icon.height // 2)
    wait_until(lambda: session.window(person.tray.pid, is_window))


def test_without_a_tray_host_the_window_is_the_app(sit_down, wait_until) -> None:
    with x_session(tray=False) as bare:
        person = sit_down("--background", session=bare)
        wait_until(lambda: bare.window(person.tray.pid, is_window), 60)
        person.tray.send_signal(signal.SIGTERM)
        assert person.tray.wait(20) == 0


def test_the_tray_takes_an_earlier_quit_back(chain, session, sit_down, control, wait_until) -> None:
    Path(stopped_mark(chain)).touch()
    person = sit_down("--background")
    wait_until(lambda: session.window(person.tray.pid, is_icon), 60)
    wait_until(lambda: not Path(stopped_mark(chain)).exists(), 60)
    with control() as open_door:
        assert open_door.call("status")["state"] == "running"


def test_the_menu_says_the_state_and_pauses_and_resumes_every_call(sit_down, client, folder: Path) -> None:
    person = sit_down("--background")

    def refused(number: int) -> bool:
        client.call(number, "read_file", path=str(folder / "report.md"))
        return client.answer(number)["result"].get("isError", False)

    assert not refused(1)
    person.open_menu()
    person.sees("^Doorkeep is on guard.$", role="MenuItem")
    person.sees("fake read report.md · Allowed", role="MenuItem")
    person.click("^Pause: refuse every call$", role="MenuItem")
    person.open_menu()
    person.sees("^Paused: every call is refused.$", role="MenuItem")
    assert refused(2)
    person.click("^Let calls through again$", role="MenuItem")
    person.open_menu()
    person.sees("^Doorkeep is on guard.$", role="MenuItem")
    assert not refused(3)
    person.close_menu()


def test_quit_says_what_it_means_and_ends_tray_and_gateway(chain, person, control, wait_until) -> None:
    with control() as open_door:
        gateway = open_door.pid
    person.press("ctrl+q")
    person.sees("AI apps will reach no file and no server through Doorkeep until you start it again")
    person.click("^Quit$")
    assert person.tray.wait(30) == 0
    assert Path(stopped_mark(chain)).exists()
    wait_until(lambda: not alive(gateway), 60)
