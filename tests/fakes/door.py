"""The gateway's surroundings, played by hand: a loop with its own clock, a log in memory, servers that say what they are told.

Only the edges are played. Core, sessions, calls and approvals are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from app.core.errors import JournalError
from app.core.journal.record import Body, CallRecord, Event, fold, write_body
from app.gateway.core import Core
from app.gateway.peer import Peer
from app.gateway.pins import Pins
from app.gateway.policy import ServerView
from app.gateway.programs import ServerUnavailableError
from app.gateway.session import Session
from servers.runtime import wire
from tests.fakes.hand_loop import HandLoop

MODERN_META = {
    wire.META_VERSION: wire.MODERN,
    wire.META_CAPABILITIES: {},
    wire.META_CLIENT: {"name": "tester", "version": "1"},
}
FORMS = {**MODERN_META, wire.META_CAPABILITIES: {"elicitation": {"form": {}}}}


def tool(name: str, *, read_only: bool) -> dict[str, Any]:
    return {"name": name, "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": read_only}}


PIN = {
    "server": {
        "name": "filesystem",
        "title": "Files",
        "version": "0.1.0",
        "instructions": "Work on files.",
        "capabilities": {"tools": {}, "resources": {}, "completions": {}},
    },
    "tools": [
        tool("read_file", read_only=True),
        tool("search_files", read_only=True),
        tool("write_file", read_only=False),
        tool("move_file", read_only=False),
        tool("undo", read_only=False),
    ],
    "facts": {
        "read_file": {"reads": ["path", "paths"]},
        "search_files": {"reads": ["path"]},
        "write_file": {"writes": ["path"], "changes": True},
        "move_file": {"writes": ["source", "destination"], "changes": True},
        "undo": {"changes": True, "plan_first": True},
    },
}
FOREIGN_PIN = {
    "server": {"name": "tracker", "version": "3", "capabilities": {"tools": {}}},
    "tools": [tool("list_issues", read_only=True), tool("create_issue", read_only=False)],
}


class HandJournal:
    """The log's interface over a list; folds events by the log's own rules, and refuses what no log would take."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.committed = 0
        """Events that no kill takes, whether they are in the log itself or ahead of it."""
        self.written = 0
        self.fail_on: set[str] = set()

    def opened(self, *, client: str, session: str, server: str, tool: str, arguments: bytes) -> int:
        body = Body(client=client, session=session, server=server, tool=tool, arguments=msgspec.Raw(arguments))
        return self._add(len({event.call for event in self.events}) + 1, "opened", body)

    def decided(self, row: int, *, decision: str, by: str, reason: str, folder: str | None, paths: list[str]) -> None:
        self._add(row, "decided", Body(decision=decision, by=by, reason=reason, folder=folder, paths=paths))

    def asked(self, row: int, *, approval_id: str, paths: list[str], preview: str) -> None:
        self._add(row, "asked", Body(approval_id=approval_id, paths=paths, preview=preview))

    def answered(self, row: int, *, approval_id: str, answer: str, by: str) -> None:
        self._add(row, "answered", Body(approval_id=approval_id, answer=answer, by=by))

    def closed(
        self,
        row: int,
        *,
        outcome: str,
        duration_ms: float,
        result_preview: str,
        result_bytes: int,
        change_id: str | None,
        paths: list[str] | None,
    ) -> None:
        body = Body(
            outcome=outcome,
            duration_ms=duration_ms,
            result_preview=result_preview,
            result_bytes=result_bytes,
            change_id=change_id,
            paths=paths,
        )
        self._add(row, "closed", body)

    @property
    def unwritten(self) -> int:
        return len(self.events) - self.written

    def secure(self) -> None:
        self._may_fail("commit")
        self.committed = len(self.events)

    def commit(self) -> None:
        self._may_fail("commit")
        self.committed = self.written = len(self.events)

    def record(self, row: int) -> CallRecord:
        found = fold(event for event in self.events if event.call == row)
        assert found is not None, f"no row {row}"
        return found

    def rows(self) -> list[CallRecord]:
        return [self.record(id_) for id_ in dict.fromkeys(event.call for event in self.events)]

    def kinds(self, id_: int) -> list[str]:
        return [event.kind for event in self.events if event.call == id_]

    def _add(self, call: int, kind: str, body: Body) -> int:
        self._may_fail(kind)
        kinds = self.kinds(call)
        assert bool(kinds) == (kind != "opened"), f"{kind} of a row that was never opened"
        assert "closed" not in kinds, f"{kind} after the end of row {call}"
        self.events.append(Event(len(self.events) + 1, call, kind, 0, write_body(body)))
        return call

    def _may_fail(self, what: str) -> None:
        if what in self.fail_on:
            raise JournalError("The call log cannot be written.", "No space left on device.", "Free some space.")


class HandChild:
    """A server process: keeps what it is told; `respond`, when set, answers at once."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.in_flight = 0
        self.held = 0
        self.heard: list[dict[str, Any]] = []
        self.errors: list[int] = []
        self.gone = False
        self.channel = None
        self.strays: list[bytes] = []
        self._message: Callable[[bytes], None] = lambda _line: None
        self._exit: Callable[[str], None] = lambda _words: None

    def send(self, line: bytes) -> None:
        assert line.endswith(b"\n")
        assert not self.gone
        self.heard.append(json.loads(line))

    def on_message(self, callback: Callable[[bytes], None]) -> None:
        self._message = callback

    def on_exit(self, callback: Callable[[str], None]) -> None:
        self._exit = callback

    def stray(self, line: bytes) -> None:
        self.strays.append(line)

    def requests(self, method: str) -> list[dict[str, Any]]:
        return [message for message in self.heard if message.get("method") == method]

    def last(self, method: str) -> dict[str, Any]:
        return self.requests(method)[-1]

    def say(self, message: dict[str, Any] | bytes) -> None:
        self._message(message if isinstance(message, bytes) else json.dumps(message, separators=(",", ":")).encode())

    def give(self, request: dict[str, Any], result: dict[str, Any], **doorkeep: Any) -> None:
        """Answer as a built-in server does: `resultType` first, private facts beside the result."""
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"], "result": {"resultType": "complete", **result}}
        if doorkeep:
            answer["doorkeep"] = doorkeep
        self.say(answer)

    def give_text(self, request: dict[str, Any], text: str, **doorkeep: Any) -> None:
        self.give(request, {"content": [{"type": "text", "text": text}]}, **doorkeep)

    def give_error(self, request: dict[str, Any], code: int, message: str) -> None:
        self.errors.append(code)
        self.say({"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": message}})

    def die(self, words: str = "The server filesystem ended unexpectedly (killed by SIGKILL).") -> None:
        self.gone = True
        self._exit(words)


class HandServers:
    """The supervisor's interface; children never start by themselves."""

    def __init__(self) -> None:
        self.children: dict[str, HandChild] = {}
        self.everything: list[HandChild] = []
        self.policies: list[tuple[str, wire.Policy]] = []
        self.ended: list[tuple[str, str, str]] = []
        self.refuse = False

    def get(self, server: str, owner: str = "") -> HandChild:
        if self.refuse:
            raise ServerUnavailableError(f"The server {server} ended 5 times within a minute.", "", "See its log.")
        child = self.children.get(server)
        if child is None or child.gone:
            child = self.children[server] = HandChild(server)
            self.everything.append(child)
        return child

    def end(self, server: str, owner: str, words: str) -> None:
        self.ended.append((server, owner, words))

    def backlog(self, server: str, owner: str = "") -> None:
        return None

    def set_policy(self, server: str, policy: wire.Policy) -> None:
        self.policies.append((server, policy))

    def status(self) -> list[dict[str, Any]]:
        return [{"name": name} for name in self.children]


class Client:
    """A client's end of one session. Every message it gets is kept; `check` holds them against the official types."""

    def __init__(
        self, door: Door, server: str, meta: dict[str, Any] | None, name: str, back: Client | None = None
    ) -> None:
        """`back`: the same client when its gateway is another one now; its bridge brings what it knows."""
        self.door = door
        self.meta = meta
        self.got: list[dict[str, Any]] = []
        self.asked: dict[Any, str] = {}
        self.version = wire.MODERN if meta else wire.LEGACY[0]
        self._count = 0
        self.kept = back.kept if back is not None else b""
        """What the bridge was given to keep last."""
        self.opening = back.opening if back is not None else b""
        peer = Peer(server, 1, 2, msgspec.Raw(self.opening), msgspec.Raw(self.kept), self._keep)
        self.session = Session(door.core, peer, self._hear)
        self.name = name

    def _keep(self, fact: bytes) -> None:
        assert json.loads(fact) is not None
        self.kept = fact

    def _hear(self, line: bytes) -> None:
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        self.got.append(json.loads(line))

    def initialize(self, version: str = wire.LEGACY[0], capabilities: dict[str, Any] | None = None) -> dict[str, Any]:
        self.version = version
        params = {
            "protocolVersion": version,
            "capabilities": capabilities or {},
            "clientInfo": {"name": self.name, "version": "1"},
        }
        self.opening = json.dumps(params).encode()
        return self.answer_to(self.request("initialize", params, bare=True))["result"]

    def send(self, message: dict[str, Any] | bytes) -> None:
        self.session.receive(message if isinstance(message, bytes) else json.dumps(message).encode())
        self.door.tick()

    def request(self, method: str, params: dict[str, Any] | None = None, *, bare: bool = False, id_: Any = None) -> Any:
        self._count += 1
        id_ = self._count if id_ is None else id_
        self.asked[id_] = method
        params = dict(params or {})
        if self.meta and not bare:
            params["_meta"] = {**self.meta, **params.get("_meta", {})}
        self.send({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
        return id_

    def call(
        self, tool: str, *, meta: dict[str, Any] | None = None, more: dict[str, Any] | None = None, **arguments: Any
    ) -> Any:
        params: dict[str, Any] = {"name": tool, "arguments": arguments, **(more or {})}
        if meta:
            params["_meta"] = meta
        return self.request("tools/call", params)

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def answers(self, id_: Any) -> list[dict[str, Any]]:
        return [message for message in self.got if "method" not in message and message.get("id") == id_]

    def answer_to(self, id_: Any) -> dict[str, Any]:
        found = self.answers(id_)
        assert len(found) == 1, f"{len(found)} answers to {id_}: {self.got}"
        return found[0]

    def refused(self, id_: Any) -> str:
        """The words of a tool call that came to nothing."""
        result = self.answer_to(id_)["result"]
        assert result["isError"] is True
        return result["content"][0]["text"]

    def text(self, id_: Any) -> str:
        result = self.answer_to(id_)["result"]
        assert not result.get("isError"), result
        return result["content"][0]["text"]

    def told(self, method: str) -> list[dict[str, Any]]:
        return [message["params"] for message in self.got if message.get("method") == method]

    def check(self) -> None:
        """Every message to this client is one that the official types of its version know; none holds a private word."""
        from mcp_types import methods

        for message in self.got:
            assert "doorkeep" not in message
            assert message["jsonrpc"] == "2.0"
            if "method" in message:
                parse = methods.parse_server_request if "id" in message else methods.parse_server_notification
                parse(message["method"], self.version, message.get("params"))
            elif "error" in message:
                assert isinstance(message["error"]["code"], int)
                assert message["error"]["message"]
            else:
                methods.parse_server_result(self.asked[message["id"]], self.version, message["result"])


class Door:
    """A gateway without processes: `settings` is its doorkeep.toml."""

    def __init__(self, home: str, pins: str, journal: Any = None) -> None:
        self.home = home
        self.loop = HandLoop()
        self.journal = HandJournal()
        self.servers = HandServers()
        self.clients: list[Client] = []
        self.core = Core(home, journal or self.journal, self.servers, self.loop, Pins(home, pins))  # pyright: ignore[reportArgumentType]

    def settings(self, text: str) -> None:
        with open(f"{self.home}/doorkeep.toml", "w", encoding="utf-8") as file:
            file.write(text)

    def view(self, server: str = "filesystem") -> ServerView:
        return self.core.view(server)

    def client(self, *, server: str = "filesystem", meta: dict[str, Any] | None = None, name: str = "tester") -> Client:
        client = Client(self, server, meta, name)
        self.clients.append(client)
        if meta is None:
            client.initialize()
        return client

    @property
    def child(self) -> HandChild:
        return self.servers.children["filesystem"]

    def tick(self) -> None:
        self.core.before_flush()
        self.core.after_flush()

    def say(self, fn: Callable[[], object]) -> None:
        """Let something happen, and end the loop's turn."""
        fn()
        self.tick()

    def advance(self, seconds: float) -> None:
        self.loop.advance(seconds)
        self.tick()

    def only_row(self) -> CallRecord:
        rows = self.journal.rows()
        assert len(rows) == 1, rows
        return rows[0]
