"""A question on the screen: a card that is clicked answers the waiting call, and never twice."""

from __future__ import annotations

import select
from pathlib import Path

from tests.fakes.client import BridgeProcess
from tests.fakes.person import Person


def write(client: BridgeProcess, number: int, path: Path) -> None:
    client.call(number, "write_file", path=str(path), content="hello\n", mode="create")


def heard(client: BridgeProcess) -> bool:
    assert client.process.stdout
    return bool(select.select([client.process.stdout], [], [], 0.3)[0])


def answer_card(person: Person, word: str, client: BridgeProcess) -> bool:
    """Clicks an answer until the client hears; the first clicks may fall into the guard against stray ones."""
    if person.find(f"^{word}$"):
        person.click(f"^{word}$")
    return heard(client)


def test_a_click_on_allow_lets_the_waiting_call_through(watcher, client, folder: Path, wait_until) -> None:
    write(client, 1, folder / "new.txt")
    watcher.sees("fake wants to write new.txt")
    assert not (folder / "new.txt").exists()
    wait_until(lambda: answer_card(watcher, "Allow once", client), 30)
    assert "isError" not in client.answer(1)["result"]
    assert (folder / "new.txt").read_text() == "hello\n"
    wait_until(lambda: not watcher.find("wants to write"), 30)


def test_deny_refuses_the_waiting_call(watcher, client, folder: Path, wait_until) -> None:
    write(client, 1, folder / "new.txt")
    watcher.sees("fake wants to write new.txt")
    wait_until(lambda: answer_card(watcher, "Deny", client), 30)
    assert client.answer(1)["result"]["isError"] is True
    assert not (folder / "new.txt").exists()


def test_escape_puts_the_card_away_and_the_question_stays(watcher, client, control, folder: Path, wait_until) -> None:
    write(client, 1, folder / "new.txt")
    head = watcher.sees("^Doorkeep asks$", role="StaticText")
    watcher.session.click(head.x + 4, head.y + 4)  # a person turns to it
    wait_until(lambda: watcher.press("Escape") or not watcher.find("wants to write"), 30)
    with control() as open_door:
        (question,) = open_door.call("approvals")["approvals"]
        open_door.call("answer", id=question["id"], answer="deny")
    assert client.answer(1)["result"]["isError"] is True
