"""A question on the screen: a card that is clicked answers the waiting call, and never twice."""

from __future__ import annotations

import json
import select
import subprocess
import sys
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
    watcher.sees("fake wants to write new.txt")

    def put_away() -> bool:
        head = watcher.find("^Doorkeep asks$", role="StaticText")
        if head is None:
            return True
        watcher.session.click(head.x + 4, head.y + 4)  # a person turns to it: it never takes the keyboard by itself
        watcher.press("Escape")
        return False

    wait_until(put_away, 30)
    with control() as open_door:
        (question,) = open_door.call("approvals")["approvals"]
        open_door.call("answer", id=question["id"], answer="deny")
    assert client.answer(1)["result"]["isError"] is True


def test_an_answer_from_the_command_line_takes_the_card_away(watcher, client, folder: Path, wait_until) -> None:
    write(client, 1, folder / "new.txt")
    watcher.sees("fake wants to write new.txt")
    listed = doorkeep("approvals", "list", "--json")
    (question,) = json.loads(listed.stdout)
    assert doorkeep("approvals", "deny", question["id"]).returncode == 0
    wait_until(lambda: not watcher.find("wants to write"), 30)
    assert client.answer(1)["result"]["isError"] is True


def test_of_two_questions_a_click_answers_the_one_it_stands_under(watcher, client, folder: Path, wait_until) -> None:
    for number, name in enumerate(("first.txt", "second.txt"), 1):
        write(client, number, folder / name)
        watcher.sees(f"fake wants to write {name}")

    def allowed() -> bool:
        if watcher.find("wants to write second.txt"):
            watcher.click("^Allow once$", near="wants to write second.txt")
        return heard(client)

    wait_until(allowed, 30)
    assert "isError" not in client.answer(2)["result"]
    assert (folder / "second.txt").exists()
    assert not (folder / "first.txt").exists()
    assert watcher.sees("wants to write first.txt")


def test_a_question_is_answered_on_home_too(asking, person, client, folder: Path, wait_until) -> None:
    write(client, 1, folder / "new.txt")
    person.sees("fake wants to write new.txt", role="StaticText")
    person.click("^Not now: the question stays waiting", role="Button")
    person.sees("^Home, 1 waiting$", role="Row")
    wait_until(lambda: answer_card(person, "Allow once", client), 30)
    assert (folder / "new.txt").read_text() == "hello\n"
    person.sees("^Doorkeep is on guard.$")


def doorkeep(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
