"""The desktop app in a real X session: the real tray process, the real gateway, a real client through the bridge, a real mouse."""

from __future__ import annotations

import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bridge.home import stopped_mark
from app.core.folders import grant
from tests.fakes.client import BridgeProcess
from tests.fakes.x_session import Box, XSession, missing, x_session

ROOT = Path(__file__).parents[2]
LACKING = missing()
pytestmark = pytest.mark.skipif(
    bool(LACKING), reason=f"the desktop is not proven here: {', '.join(LACKING)} not installed"
)
BELOW = 150
"""The part of Home below the sentence of state, in pixels from the window's top: what changes there are calls."""

OFF = (753, 111)
"""Where Folders has the word Off of its first row, in pixels from the window's corner, at its first size."""


@pytest.fixture
def session() -> Iterator[XSession]:
    with x_session() as made:
        yield made


@pytest.fixture
def start(chain: str, session: XSession) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts the tray program of the chain's home."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*words: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "app", "--home", chain, *words]
        started.append(
            subprocess.Popen(command, cwd=ROOT, env=environment or session.environment(), stderr=subprocess.PIPE)
        )
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            _, complaints = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=20)
            pytest.fail("the tray did not leave when asked to")
        assert complaints == b"", "the tray complained"
        assert process.returncode == 0


def is_icon(box: Box) -> bool:
    return box.width < 64 and box.y > 800


def is_window(box: Box) -> bool:
    return box.width >= 760


def is_card(box: Box) -> bool:
    return box.width == 420


def test_the_tray_icon_is_there_and_no_window_in_the_background(session, start, wait_until) -> None:
    tray = start("--background")
    wait_until(lambda: session.window(tray.pid, is_icon), 30)
    assert session.window(tray.pid, is_window) is None


def test_a_second_start_raises_the_first(session, start, wait_until) -> None:
    tray = start("--background")
    wait_until(lambda: session.window(tray.pid, is_icon), 30)
    assert start().wait(20) == 0
    wait_until(lambda: session.window(tray.pid, is_window), 30)


def test_the_window_closed_into_the_tray_comes_back_by_a_click_on_the_icon(session, start, wait_until) -> None:
    tray = start()
    window = wait_until(lambda: session.window(tray.pid, is_window), 30)
    session.do("windowactivate", "--sync", window.id, "key", "ctrl+w")
    wait_until(lambda: session.window(tray.pid, is_window) is None)
    icon = wait_until(lambda: session.window(tray.pid, is_icon))
    session.click(icon.x + icon.width // 2, icon.y + icon.height // 2)
    wait_until(lambda: session.window(tray.pid, is_window))


def test_without_a_tray_host_the_window_is_the_app(chain, start, wait_until) -> None:
    with x_session(tray=False) as bare:
        tray = start("--background", environment=bare.environment())
        wait_until(lambda: bare.window(tray.pid, is_window), 30)
        tray.send_signal(signal.SIGTERM)
        assert tray.wait(20) == 0


def test_a_call_of_a_real_client_appears_on_home(session, start, bridge, folder: Path, wait_until) -> None:
    tray = start()
    window = wait_until(lambda: session.window(tray.pid, is_window), 30)
    client = ready(bridge())
    before = wait_until(lambda: still(session, window), 30)
    client.call(1, "read_file", path=str(folder / "report.md"))
    assert "Total: 42" in str(client.answer(1))
    wait_until(lambda: shown(session, window) != before, 30)


def test_a_click_on_the_card_lets_the_waiting_call_through(
    chain, session, start, bridge, folder: Path, wait_until
) -> None:
    grant(chain, str(folder), "ask")
    tray = start("--background")
    wait_until(lambda: session.window(tray.pid, is_icon), 30)
    client = ready(bridge())
    client.call(1, "write_file", path=str(folder / "new.txt"), content="hello\n", mode="create")
    wait_until(lambda: session.window(tray.pid, is_card), 30)
    assert not (folder / "new.txt").exists()
    wait_until(lambda: pressed(session, tray.pid, client, from_right=156), 30)
    assert "isError" not in client.answer(1)["result"]
    assert (folder / "new.txt").read_text() == "hello\n"
    wait_until(lambda: session.window(tray.pid, is_card) is None)


def test_deny_on_the_card_refuses_the_waiting_call(chain, session, start, bridge, folder: Path, wait_until) -> None:
    grant(chain, str(folder), "ask")
    tray = start("--background")
    wait_until(lambda: session.window(tray.pid, is_icon), 30)
    client = ready(bridge())
    client.call(1, "write_file", path=str(folder / "new.txt"), content="hello\n", mode="create")
    wait_until(lambda: session.window(tray.pid, is_card), 30)
    wait_until(lambda: pressed(session, tray.pid, client, from_right=247), 30)
    assert client.answer(1)["result"]["isError"] is True
    assert not (folder / "new.txt").exists()


def test_escape_puts_the_card_away_and_the_question_stays(
    chain, session, start, bridge, control, folder: Path, wait_until
) -> None:
    grant(chain, str(folder), "ask")
    tray = start("--background")
    wait_until(lambda: session.window(tray.pid, is_icon), 30)
    client = ready(bridge())
    client.call(1, "write_file", path=str(folder / "new.txt"), content="hello\n", mode="create")
    card = wait_until(lambda: session.window(tray.pid, is_card), 30)
    session.click(card.x + 60, card.y + 20)  # its head: a person turns to it
    wait_until(lambda: session.do("key", "Escape") or session.window(tray.pid, is_card) is None, 30)
    with control() as open_door:
        assert len(open_door.call("approvals")["approvals"]) == 1
        open_door.call("answer", id=open_door.call("approvals")["approvals"][0]["id"], answer="deny")
    assert client.answer(1)["result"]["isError"] is True


def test_a_click_on_off_refuses_the_clients_next_call(session, start, bridge, folder: Path, wait_until) -> None:
    tray = start()
    window = wait_until(lambda: session.window(tray.pid, is_window), 30)
    client = ready(bridge())
    asked = iter(range(1, 1000))

    def refused() -> bool:
        number = next(asked)
        client.call(number, "read_file", path=str(folder / "report.md"))
        return client.answer(number)["result"].get("isError", False)

    assert not refused()
    session.do("windowactivate", "--sync", window.id, "key", "ctrl+3")

    def clicked_off() -> bool:
        session.click_in(window, *OFF)
        return refused()

    wait_until(clicked_off, 30)


def test_the_tray_takes_an_earlier_quit_back(chain, session, start, control, wait_until) -> None:
    Path(stopped_mark(chain)).touch()
    tray = start("--background")
    wait_until(lambda: session.window(tray.pid, is_icon), 30)
    wait_until(lambda: not Path(stopped_mark(chain)).exists(), 30)
    with control() as open_door:
        assert open_door.call("status")["state"] == "running"


def ready(client: BridgeProcess) -> BridgeProcess:
    client.initialize()
    client.answer("init")
    client.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    return client


def pressed(session: XSession, pid: int, client: BridgeProcess, from_right: int) -> bool:
    """Clicks into the card's row of answers until the client hears; the first clicks fall into the guard against stray ones."""
    card = session.window(pid, is_card)
    if card is not None:
        session.click(card.x + card.width - from_right, card.y + card.height - 32)
    assert client.process.stdout
    return bool(select.select([client.process.stdout], [], [], 0.3)[0])


def shown(session: XSession, window: Box) -> str:
    """A digest of what Home shows below the state."""
    words = [window.id, "200", str(BELOW), str(window.width - 220), str(window.height - BELOW - 20)]
    program = [sys.executable, str(ROOT / "tests/fakes/screen_print.py"), *words]
    return subprocess.run(
        program, env=session.environment(), capture_output=True, text=True, timeout=60, check=True
    ).stdout


def still(session: XSession, window: Box) -> str:
    """What it shows once it has come to rest."""
    one = shown(session, window)
    return one if shown(session, window) == one else ""
