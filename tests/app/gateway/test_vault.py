"""The gateway's side of the keychain: one process at a time, ended when idle or deaf, and no value in any file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import VaultError
from app.core.secret_names import names_of
from app.gateway import vault as room
from app.gateway.children import Child
from app.gateway.loop import Loop
from app.gateway.vault import Vault, program

Turn = Callable[..., Any]
CANARY = "ghp_0123456789abcdefghijkl"
FAKE = """
import json, os, sys
path, mode = sys.argv[1], sys.argv[2]
for line in sys.stdin:
    asked = json.loads(line)
    kept = json.load(open(path)) if os.path.exists(path) else {}
    if mode == "deaf":
        continue
    if mode == "asks":
        print(json.dumps({"id": asked["id"], "asking": True}), flush=True)
        continue
    if mode == "dies":
        sys.exit(3)
    if mode == "noisy":
        print("a backend that prints", flush=True)
    answer = {"id": asked["id"], "found": asked["name"] in kept}
    if asked["do"] == "get":
        answer["value"] = kept.get(asked["name"], "")
    elif asked["do"] == "set":
        kept[asked["name"]] = asked["value"]
    else:
        kept.pop(asked["name"], None)
    if asked["name"] == "locked":
        answer = {"id": asked["id"], "error": ["The keychain is locked.", "d", "f"]}
    json.dump(kept, open(path, "w"))
    print(json.dumps(answer), flush=True)
"""


class Ground:
    """A vault on a hand-turned loop whose keychain is a process of the test's, and the children it started."""

    def __init__(self, loop: Loop, home: Path, turn: Turn) -> None:
        self.loop, self.turn, self.mode = loop, turn, "plain"
        self.children: list[Child] = []
        self.home = str(home)
        self.kept = home / "kept-by-the-fake"
        self.vault = Vault(loop, str(home), self.start)
        self.answers: list[Any] = []

    def start(self, child: Child, _argv: list[str], _env: dict[str, str]) -> None:
        self.children.append(child)
        child.start([sys.executable, "-c", FAKE, str(self.kept), self.mode], dict(os.environ), "/", True)

    def answer(self) -> Any:
        self.turn(lambda: self.reaped() or self.answers)
        return self.answers.pop(0)

    def reaped(self) -> None:
        for child in self.children:
            if not child.gone and child._status is None:
                pid, status = os.waitpid(child.pid, os.WNOHANG)
                if pid:
                    child.reaped(status)

    def fetch(self, *names: str) -> Any:
        self.vault.fetch(names, self.answers.append)
        return self.answer()

    def keep(self, name: str, value: str) -> Any:
        self.vault.keep(name, value, self.answers.append)
        return self.answer()

    def remove(self, name: str) -> Any:
        self.vault.remove(name, self.answers.append)
        return self.answer()


@pytest.fixture
def ground(loop: Loop, tmp_path: Path, turn_until: Turn) -> Iterator[Ground]:
    made = Ground(loop, tmp_path, turn_until)
    yield made
    made.vault.close()
    for child in made.children:
        child.kill(force=True)
    turn_until(lambda: made.reaped() or all(child.gone for child in made.children))


def test_what_is_set_is_fetched_by_one_process(ground: Ground) -> None:
    assert ground.keep("github", CANARY) is True
    assert ground.keep("github", CANARY) is False
    assert ground.keep("slack", "xoxb") is True
    assert ground.fetch("slack", "github", "slack") == {"github": CANARY, "slack": "xoxb"}
    assert len(ground.children) == 1


def test_the_names_are_noted_and_no_value_is(ground: Ground, tmp_path: Path) -> None:
    ground.keep("github", CANARY)
    assert names_of(ground.home)["github"].used_at == 0
    ground.fetch("github")
    assert names_of(ground.home)["github"].used_at >= names_of(ground.home)["github"].set_at > 0
    ground.kept.unlink()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_what_is_removed_is_gone_and_removing_it_again_is_said(ground: Ground) -> None:
    ground.keep("github", CANARY)
    assert ground.remove("github") is True
    assert names_of(ground.home) == {}
    assert ground.remove("github") is False
    error = ground.fetch("github")
    assert str(error).startswith("There is no secret named github in the keychain.")


def test_nothing_asked_for_is_answered_at_once(ground: Ground) -> None:
    assert ground.fetch() == {}
    assert ground.children == []


@pytest.mark.parametrize("name", ["", "a b", "A", "../x", "-x", "x" * 61])
def test_a_name_that_could_not_stand_in_the_settings_is_refused(ground: Ground, name: str) -> None:
    assert "cannot be a secret's name" in str(ground.keep(name, "v"))
    assert "cannot be a secret's name" in str(ground.remove(name))


def test_an_empty_value_is_refused(ground: Ground) -> None:
    assert "has no value" in str(ground.keep("github", ""))


def test_the_keychains_own_words_are_passed_on(ground: Ground) -> None:
    error = ground.keep("locked", "v")
    assert isinstance(error, VaultError)
    assert error.title == "The keychain is locked."


def test_lines_that_are_no_answers_are_passed_over(ground: Ground) -> None:
    ground.mode = "noisy"
    assert ground.keep("github", CANARY) is True


@pytest.mark.parametrize(("mode", "words"), [("deaf", "within 0 s"), ("asks", "within 1 s"), ("dies", "process ended")])
def test_whoever_waits_is_told_and_the_next_deed_gets_a_fresh_process(
    ground: Ground, mode: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 20.0 if mode == "asks" else 0.4)
    monkeypatch.setattr(room, "ASKED_SECONDS", 0.6)
    ground.mode = mode
    ground.vault.fetch(["github"], ground.answers.append)
    ground.vault.remove("github", ground.answers.append)
    assert words in str(ground.answer())
    assert words in str(ground.answer())
    ground.mode = "plain"
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 20.0)
    assert ground.keep("github", CANARY) is True


def test_an_idle_process_ends(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "IDLE_SECONDS", 0.0)
    ground.keep("github", CANARY)
    ground.turn(lambda: ground.reaped() or ground.children[0].gone)
    assert ground.fetch("github") == {"github": CANARY}
    assert len(ground.children) == 2


def test_more_than_may_wait_is_refused(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_WAITING", 1)
    ground.vault.fetch(["github"], ground.answers.append)
    ground.vault.fetch(["github"], ground.answers.append)
    assert "Too many" in str(ground.answers.pop(0))
    ground.answer()


def test_a_stopped_vault_keeps_nobody_waiting(ground: Ground) -> None:
    ground.mode = "deaf"
    ground.vault.fetch(["github"], ground.answers.append)
    ground.vault.close()
    assert "stopping" in str(ground.answers.pop())


def test_another_home_has_entries_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORKEEP_HOME", "/elsewhere")
    (*_, service), env = program(str(tmp_path))
    assert service.startswith("Doorkeep ")
    assert "DOORKEEP_HOME" not in env
    assert program(room.default_home())[0][-1] == "Doorkeep"
