"""Secrets that are planted and said by servers wherever a server can say anything are found nowhere but in those servers.

Looked through: every file of the account and of the test, arguments and environments of every process, the output of
every program. What a server answers to its client is the client's: there, and in a server's own environment, they may stand.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import signal
import sys
import threading
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import cli
from app.control.client import SessionClient
from app.core.errors import DoorkeepError
from tests.fakes import far_server
from tests.fakes import keychain as fake
from tests.fakes.client import BridgeProcess
from tests.fakes.house import House

TELLTALE = str(Path(__file__).parents[1] / "fakes" / "telltale_server.py")
OURS = os.urandom(5).hex()
"""Another run of this test on the same machine plants others."""
PLANTED = {
    "plain": f"canary-plain-nobody-may-see-{OURS}",
    "odd": f'canary "odd" \\ é/+= nobody-may-see-{OURS}',
    "argument": f"canary-argument-nobody-may-see-{OURS}",
    "remote": f"canary-remote-nobody-may-see-{OURS}",
    "unused": f"canary-unused-nobody-may-see-{OURS}",
}
BOUND = 60.0

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def house(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if fake.missing():
        pytest.skip(f"needs {fake.missing()} (Debian: dbus-daemon gnome-keyring)")
    (tmp_path / "keychain").mkdir()
    with fake.running(tmp_path / "keychain") as keychain:
        for name, value in keychain.env.items():
            monkeypatch.setenv(name, value)
        found = House(home)
        found.settings("")
        found.start()
        try:
            for name, value in PLANTED.items():
                monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{value}\n".encode()), "utf-8"))
                assert cli.main(["secrets", "set", name]) == 0
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
            yield found
        finally:
            found.end()


def forms(value: str) -> list[bytes]:
    """The ways in which a secret may stand somewhere and still be read."""
    quoted = urllib.parse.quote(value, safe="")
    escaped = json.dumps(value)[1:-1]
    kept = json.dumps(value, ensure_ascii=False)[1:-1]
    whole = [value, quoted, escaped, kept, json.dumps(escaped)[1:-1], json.dumps(kept, ensure_ascii=False)[1:-1]]
    return [*{form.encode() for form in whole}, base64.b64encode(value.encode())]


def found_in(content: bytes, *names: str) -> list[str]:
    return [name for name in names or PLANTED if any(form in content for form in forms(PLANTED[name]))]


def files_that_tell(*roots: Path) -> dict[str, list[str]]:
    """By path, the secrets that a file holds; archives are opened."""
    told: dict[str, list[str]] = {}
    for path in (path for root in roots for path in root.rglob("*")):
        if not path.is_file():
            continue
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as bundle:
                    content = b"\n".join(bundle.read(name) for name in bundle.namelist())
            if found_in(content):
                told[str(path)] = found_in(content)
    return told


def processes_that_tell() -> dict[str, list[str]]:
    """By program and what of it tells, the secrets."""
    told: dict[str, list[str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            program = "telltale" if TELLTALE.encode() in command else command.replace(b"\0", b" ").decode()[:200]
            program = "the far server" if b"uvicorn" in command else program
            for kind in ("cmdline", "environ"):
                found = found_in((folder / kind).read_bytes())
                if found and int(folder.name) != os.getpid():
                    told.setdefault(f"{program} {kind}", []).extend(found)
    return {where: sorted(set(found)) for where, found in told.items()}


def add(name: str, *command: str) -> int:
    env = ["--env", "TELLTALE_A=secret:plain", "--env", "TELLTALE_B=secret:odd"]
    return cli.main(["servers", "add", name, "--accept", *env, "--", sys.executable, TELLTALE, *command])


def allow_all(house: House, server: str) -> list[str]:
    with house.session(server) as session:
        names = [tool["name"] for tool in session.list_tools()]
    for name in names:
        assert cli.main(["servers", "allow", server, name]) == 0
    return names


def speak(house: House, server: str) -> None:
    """Everything that a client may do with it, in both eras; what it is answered is its own.

    A secret can only be known once it was given to a server: the client does not send one before.
    """
    names = allow_all(house, server)
    with house.session(server) as session:
        with contextlib.suppress(DoorkeepError):
            session.call_tool("tell", {}, BOUND)
        for name in [name for name in names if name != "crash"]:
            with contextlib.suppress(DoorkeepError):
                session.call_tool(name, {"text": PLANTED["odd"], "nested": {"in": [PLANTED["plain"]]}}, BOUND)
    talk = BridgeProcess("--home", house.home, server)
    talk.initialize()
    talk.answer("init")
    talk.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    for id_, method, params in (
        (1, "prompts/list", {}),
        (2, "resources/read", {"uri": f"telltale://{PLANTED['plain']}"}),
        (3, "logging/setLevel", {"level": "debug"}),
    ):
        talk.request(id_, method, params)
        talk.answer(id_, BOUND)
    if "crash" in names:
        talk.call(4, "crash")
        talk.answer(4, BOUND)
    talk.close_input()
    assert talk.process.stderr
    talk.wait()
    assert not found_in(talk.process.stderr.read())
    talk.end()


def give_one_as_an_argument(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever insists gets it, and a warning: every process list shows it, and nothing else."""
    said = capfd.readouterr()
    assert not found_in((said.out + said.err).encode())
    assert add("careless", "as it is", "secret:argument") == 0
    said = capfd.readouterr()
    assert "every program that lists processes" in said.err
    assert not found_in((said.out + said.err).encode())
    allow_all(house, "careless")
    with house.session("careless") as session:
        session.call_tool("tell", {}, BOUND)
        assert processes_that_tell() == {"telltale cmdline": ["argument"], "telltale environ": ["odd", "plain"]}
    speak(house, "careless")


def ask_about(house: House, wait_until: Callable[..., Any]) -> None:
    """A call whose arguments hold a secret waits for the user, who is shown it, and is refused."""
    assert cli.main(["servers", "ask", "telltale", "tell"]) == 0

    def call() -> None:
        with SessionClient(house.home, "telltale") as session, contextlib.suppress(DoorkeepError):
            session.call_tool("tell", {"text": PLANTED["odd"], "more": [PLANTED["plain"]]}, BOUND)

    calling = threading.Thread(target=call)
    calling.start()

    def waiting() -> list[Any]:
        with house.control() as control:
            return control.call("approvals")["approvals"]

    [one] = wait_until(waiting, BOUND)
    assert not found_in(json.dumps(one).encode())
    assert cli.main(["approvals", "list"]) == 0
    assert cli.main(["approvals", "list", "--json"]) == 0
    assert cli.main(["approvals", "deny", one["id"]]) == 0
    calling.join(BOUND)
    assert not calling.is_alive()


def print_everything(outside: Path) -> None:
    """Every command that tells something, as people and as scripts read it."""
    for words in (
        ["status"],
        ["servers", "list"],
        ["servers", "tools", "telltale"],
        ["servers", "review", "telltale"],
        ["secrets", "list"],
        ["log"],
        ["log", "show", "1"],
        ["doctor"],
    ):
        cli.main(words)
        cli.main([*words, "--json"])
    for format_ in ("jsonl", "csv"):
        assert cli.main(["log", "export", str(outside / f"log.{format_}"), "--format", format_]) == 0
    assert cli.main(["setup", "export", str(outside / "setup.json")]) == 0
    assert cli.main(["diagnostics", str(outside / "bundle.zip")]) == 0
    assert cli.main(["log", "verify"]) == 0


def test_no_secret_is_anywhere_but_in_the_servers_that_were_given_it(
    house: House,
    guard: Path,
    tmp_path: Path,
    wait_until: Callable[..., Any],
    capfd: pytest.CaptureFixture[str],
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert add("telltale") == 0
    allow_all(house, "telltale")
    assert add("refusing", "refuse") == 1
    with far_server.running("http", PLANTED["remote"]) as far:
        remote = ["servers", "add", "tracker", "--url", far.url, "--auth", "secret:remote", "--accept"]
        assert cli.main(remote) == 0
        allow_all(house, "tracker")
        with house.session("telltale") as held, house.session("tracker") as other:
            held.call_tool("tell", {}, BOUND)
            assert (
                other.call_tool("echo", {"text": PLANTED["remote"]}, BOUND)["content"][0]["text"] == PLANTED["remote"]
            )
            assert processes_that_tell() == {
                "telltale environ": ["odd", "plain"],
                "the far server environ": ["remote"],
            }
        speak(house, "telltale")
        speak(house, "tracker")
    give_one_as_an_argument(house, capfd)
    ask_about(house, wait_until)
    settings = Path(house.home, "doorkeep.toml")
    settings.write_text(settings.read_text().replace('telltale_server.py"', 'telltale_server.py", "change"', 1))
    speak(house, "telltale")
    print_everything(outside)
    assert not files_that_tell(guard, tmp_path), "while it runs"
    house.signal(signal.SIGKILL)
    house.wait()
    house.start()
    speak(house, "telltale")
    print_everything(outside)
    house.end()
    assert not files_that_tell(guard, tmp_path), "after its end"
    said = capfd.readouterr()
    assert not found_in(said.out.encode())
    assert not found_in(said.err.encode())
