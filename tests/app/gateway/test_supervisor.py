from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.core.settings import ServerSetting, Settings
from app.gateway import leftovers, supervisor
from app.gateway.children import Child
from app.gateway.log import BoundedFile, GatewayLog
from app.gateway.loop import Loop
from app.gateway.peers import descends_from_us, started_at
from app.gateway.programs import ServerUnavailableError
from app.gateway.supervisor import Supervisor, widens
from servers.runtime import wire

Turn = Callable[..., Any]
TELLING = str(Path(__file__).parents[2] / "fakes" / "telling.py")
FAKE = str(Path(__file__).parents[2] / "fakes" / "plain_server.py")


class House:
    """A supervisor with two fake servers, `plain` and `deaf`."""

    def __init__(self, loop: Loop, home: str, turn: Turn) -> None:
        os.makedirs(os.path.join(home, "run"))
        self.loop = loop
        self.turn = turn
        self.heard: list[tuple[str, str]] = []
        self.supervisor = Supervisor(loop, home, GatewayLog(home))
        settings = Settings(
            servers={
                "plain": ServerSetting(command=sys.executable, args=(FAKE,)),
                "deaf": ServerSetting(command=sys.executable, args=(FAKE, "--deaf")),
                "missing": ServerSetting(command="/no/such/program"),
                "secret": ServerSetting(command="true", env={"TOKEN": "secret:token"}),
                "telling": ServerSetting(
                    command=sys.executable,
                    args=(TELLING, FAKE, "secret:token"),
                    env={"TOKEN": "secret:token"},
                ),
            }
        )
        self.supervisor.settings = lambda: settings
        self.supervisor.on_change = lambda server, state, _words: self.heard.append((server, state))
        loop.on_signal(signal.SIGCHLD, self.supervisor.reap)

    def ask(self, child: Child, method: str, **params: Any) -> Any:
        lines: list[bytes] = []
        child.on_message(lines.append)
        child.send(wire.request_line(1, method, msgspec.json.encode(params)))
        self.turn(lambda: lines)
        return msgspec.json.decode(wire.decode(lines[0]).result)

    def crash(self) -> str:
        """Start `plain`, kill it, and answer the words that its callers hear."""
        child = self.supervisor.get("plain")
        words: list[str] = []
        child.on_exit(words.append)
        self.turn(lambda: child.pid)
        child.kill(force=True)
        self.turn(lambda: words)
        return words[0]


@pytest.fixture
def house(loop: Loop, home: str, turn_until: Turn) -> Iterator[House]:
    found = House(loop, home, turn_until)
    yield found
    found.supervisor.end_at_once()


def policy(generation: int, **folders: wire.Access) -> wire.Policy:
    rows = tuple(wire.Folder(path="/" + name.replace("_", "/"), access=access) for name, access in folders.items())
    return wire.Policy(generation, rows)


def test_a_server_is_started_at_its_first_use_and_shared_from_then_on(house: House) -> None:
    assert house.supervisor.status() == []
    child = house.supervisor.get("plain")
    assert house.ask(child, "pid") == child.pid
    assert house.supervisor.get("plain") is child
    assert [row["state"] for row in house.supervisor.status()] == ["running"]


def test_a_server_that_crashed_is_started_afresh_by_the_next_call(house: House) -> None:
    words = house.crash()
    child = house.supervisor.get("plain")
    assert house.ask(child, "pid") == child.pid
    assert words == "The server plain ended unexpectedly (killed by SIGKILL)."
    assert house.heard == [("plain", "running"), ("plain", "crashed"), ("plain", "running")]


def test_repeated_crashes_open_the_breaker_and_a_restart_closes_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_BACKOFF", (0.0, 0.01, 0.01, 0.01, 0.01))
    for _ in range(supervisor.CRASHES):
        house.crash()
    with pytest.raises(ServerUnavailableError, match=r"ended 5 times within a minute.*logs/plain\.log"):
        house.supervisor.get("plain")
    assert [row["state"] for row in house.supervisor.status()] == ["resting"]
    house.supervisor.restart("plain")
    assert house.ask(house.supervisor.get("plain"), "echo", a=1) == {"a": 1}


def test_crashes_long_ago_do_not_count(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.crash()
    later = time.monotonic() + supervisor.WINDOW_SECONDS
    monkeypatch.setattr(supervisor.time, "monotonic", lambda: later)
    assert [row["crashes"] for row in house.supervisor.status()] in ([], [0])


def test_a_server_that_nobody_set_up_is_refused_in_words(house: House) -> None:
    with pytest.raises(ServerUnavailableError, match="There is no server named nothing"):
        house.supervisor.get("nothing")


def test_a_secret_that_is_not_to_be_had_fails_its_calls_in_words_and_is_no_crash(house: House) -> None:
    words: list[str] = []
    house.supervisor.get("secret", "one").on_exit(words.append)
    house.turn(lambda: words)
    assert "secret token is needed" in words[0]
    assert house.supervisor.status() == []


def test_a_secret_goes_into_the_environment_and_not_into_the_log(house: House, home: str) -> None:
    house.supervisor.preparing.secrets = lambda names, then: then(dict.fromkeys(names, "s3cr3t-value"))
    child = house.supervisor.get("telling", "one")
    assert house.ask(child, "env")["TOKEN"] == "s3cr3t-value"
    child.stop("enough")
    house.turn(lambda: child.gone)
    assert "[secret token] was given" in Path(home, "logs", "telling.log").read_text()
    assert not any("s3cr3t-value" in log.read_text() for log in Path(home, "logs").iterdir())


def test_each_owner_has_a_process_of_its_own_until_it_needs_it_no_more(house: House) -> None:
    one, two = house.supervisor.get("plain", "one"), house.supervisor.get("plain", "two")
    assert house.ask(one, "pid") != house.ask(two, "pid")
    assert house.supervisor.get("plain", "one") is one
    assert house.supervisor.status()[0]["processes"] == 2
    house.supervisor.end("plain", "one", "The client is gone.")
    house.turn(lambda: one.gone)
    assert not two.gone
    assert house.supervisor.get("plain", "two") is two


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the group and the job hold them")
def test_whatever_a_command_server_leaves_behind_ends_with_it(house: House) -> None:
    one, two = house.supervisor.get("plain", "one"), house.supervisor.get("plain", "two")
    left = [house.ask(one, "grandchild", apart=True), house.ask(one, "daemon")]
    kept = house.ask(two, "daemon")
    house.supervisor.end("plain", "one", "The client is gone.")
    house.turn(lambda: not any(started_at(pid) for pid in left))
    assert started_at(kept)
    two.kill(force=True)
    house.turn(lambda: not started_at(kept))


def test_a_program_beside_the_servers_is_looked_after_and_shown_nowhere(house: House, tmp_path: Path) -> None:
    child = Child(house.loop, "beside", BoundedFile(str(tmp_path / "beside.log")))
    heard: list[bytes] = []
    gone: list[str] = []
    child.on_message(heard.append)
    child.on_exit(gone.append)
    house.supervisor.begin(child, [sys.executable, "-c", "print('hello')"], dict(os.environ))
    house.turn(lambda: gone)
    assert heard == [b"hello"]
    assert house.supervisor.status() == []
    assert house.heard == []


def test_a_program_that_is_not_there_fails_its_calls_in_words(house: House) -> None:
    child = house.supervisor.get("missing")
    words: list[str] = []
    child.on_exit(words.append)
    house.turn(lambda: words)
    assert words == ["The server missing could not be started: /no/such/program: No such file or directory."]


def test_a_server_is_told_its_folders_before_anything_else_and_at_each_change(house: House) -> None:
    house.supervisor.set_policy("plain", policy(1, a="write", b="read"))
    child = house.supervisor.get("plain")
    house.supervisor.set_policy("plain", policy(2, a="read"))
    house.supervisor.set_policy("plain", policy(2, a="read"))
    assert [found["generation"] for found in house.ask(child, "policies")] == [1, 2]
    assert house.supervisor.get("plain") is child


def test_wider_folders_start_a_fresh_process_while_the_old_one_finishes_its_call(house: House) -> None:
    house.supervisor.set_policy("plain", policy(1, a="read"))
    old = house.supervisor.get("plain")
    house.ask(old, "pid")
    old.in_flight = 1
    house.supervisor.set_policy("plain", policy(2, a="write"))
    fresh = house.supervisor.get("plain")
    assert fresh is not old
    assert [found["generation"] for found in house.ask(fresh, "policies")] == [2]
    assert house.ask(old, "echo", still="there") == {"still": "there"}
    old.in_flight = 0
    house.turn(lambda: old.gone)
    assert house.supervisor.get("plain") is fresh


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        ({}, {"a": "read"}, True),
        ({"a": "read"}, {"a": "read"}, False),
        ({"a": "read"}, {"a": "ask"}, True),
        ({"a": "ask"}, {"a": "write"}, False),
        ({"a": "write"}, {"a": "off"}, False),
        ({"a": "write"}, {}, False),
        ({"a": "write"}, {"a": "write", "a_b": "read"}, False),
        ({"a": "write", "a_b": "off"}, {"a": "write", "a_b": "write"}, False),
        ({"a": "read", "a_b": "write"}, {"a": "write"}, True),
        ({"a": "read"}, {"a": "read", "ab": "read"}, True),
        ({"a": "off"}, {"a": "read"}, True),
    ],
)
def test_what_counts_as_wider_than_a_confinement(
    before: dict[str, wire.Access], after: dict[str, wire.Access], wider: bool
) -> None:
    assert widens(policy(1, **before), policy(2, **after)) is wider


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        ((), ("remote",), True),
        (("remote",), ("remote", "hooks"), True),
        (("remote",), (), False),
        (("hooks",), ("hooks",), False),
    ],
)
def test_turning_on_what_git_may_do_widens_a_confinement(
    before: tuple[wire.GitSwitch, ...], after: tuple[wire.GitSwitch, ...], wider: bool
) -> None:
    confined, wanted = (wire.Policy(1, (wire.Folder("/home/a", "read", git=git),)) for git in (before, after))
    assert widens(confined, wanted) is wider


def test_protected_rows_never_make_a_policy_wider() -> None:
    protected = wire.Policy(2, (wire.Folder("/home/x", "read", protected=True),))
    assert not widens(policy(1), protected)


def test_an_idle_server_is_stopped_unless_it_has_a_call_in_flight(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = house.supervisor.get("plain")
    house.ask(child, "pid")
    child.used -= supervisor.IDLE_SECONDS + 1
    child.in_flight = 1
    house.supervisor._idle(child)
    assert not child.stopping
    child.in_flight = 0
    house.supervisor._idle(child)
    house.turn(lambda: child.gone)
    assert house.heard[-1] == ("plain", "stopped")


def test_leaving_ends_every_server_and_starts_none(house: House) -> None:
    plain, deaf = house.supervisor.get("plain"), house.supervisor.get("deaf")
    house.ask(plain, "pid")
    house.ask(deaf, "pid")
    house.supervisor.leave()
    house.turn(lambda: not house.supervisor.groups())
    with pytest.raises(ServerUnavailableError):
        house.supervisor.get("plain")


def test_no_zombie_is_left_not_even_of_an_orphan(house: House, wait_until: Callable[..., object]) -> None:
    child = house.supervisor.get("plain")
    orphan = house.ask(child, "grandchild", apart=True)
    child.kill(force=True)
    house.turn(lambda: child.gone)
    os.kill(orphan, signal.SIGKILL)
    house.turn(lambda: not os.path.exists(f"/proc/{orphan}"))
    assert not os.path.exists(f"/proc/{child.pid}")


def test_an_orphan_of_a_server_still_descends_from_us(house: House) -> None:
    child = house.supervisor.get("plain")
    orphan = house.ask(child, "grandchild", apart=True)
    child.kill(force=True)
    house.turn(lambda: child.gone)
    assert descends_from_us(orphan, set()) is True


def test_the_end_of_the_gateway_takes_orphans_along(house: House) -> None:
    orphan = house.ask(house.supervisor.get("plain"), "grandchild", apart=True)
    house.supervisor.end_at_once()
    house.turn(lambda: not started_at(orphan))


def test_the_next_gateway_ends_what_was_left(house: House, home: str, loop: Loop) -> None:
    child = house.supervisor.get("deaf")
    house.ask(child, "pid")
    assert [(kept.server, kept.pid) for kept in leftovers.left(home)] == [("deaf", child.pid)]
    leftovers.end_left(home, loop.later)
    house.turn(lambda: child.gone)
    assert leftovers.left(home) == []


def test_the_environment_of_a_server_says_nothing_of_python_or_of_doorkeep(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    found = house.ask(house.supervisor.get("plain"), "env")
    assert [name for name in found if name.startswith(("PYTHON", "DOORKEEP"))] == []
    assert found["HOME"] == os.environ["HOME"]
