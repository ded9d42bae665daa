"""A fake Claude Desktop, run as a process: it treats its configuration and its servers as the real one is known to.

It reads the file once at its start, writes the whole of what it remembers over it by a new file and a rename (so a link
becomes a file), leaves a stub after a file that did not parse, spawns every entry three times with a stripped
environment, and holds Chromium's lock. What it did is kept in a JSON status file; orders come as JSON lines on stdin, or
through a named pipe, which reaches it also after somebody else has started it again:
{"do": "call", "server": …, "tool": …, "arguments": …} · {"do": "toggle"} · {"do": "remove", "server": …} · {"do": "quit"}.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

PASSED_ON = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
COORDINATORS = ("chat", "CCD", "LAM")
"""Each spawns every entry for itself."""
ANSWER_SECONDS = 60.0


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, help="claude_desktop_config.json; its folder is the data folder")
    parser.add_argument("--status", required=True, help="the JSON file that says what happened")
    parser.add_argument("--every", type=float, default=0.0, help="seconds between rewrites; 0: only when told")
    parser.add_argument("--after-launch", type=float, default=0.05, help="seconds to the write after launch; <0: none")
    parser.add_argument("--forgets-servers", action="store_true", help="drops mcpServers at its start (12603.1)")
    parser.add_argument("--no-servers", action="store_true", help="spawns none")
    parser.add_argument("--never-quits", action="store_true", help="ignores polite requests to quit")
    parser.add_argument("--orders", help="a named pipe to read orders from, instead of stdin")
    parser.add_argument("--slow-quit", type=float, default=0.0, help="seconds that quitting takes")
    return parser.parse_args(argv)


class Server:
    """One spawned process of one entry, spoken to as the 2025-11-25 revision says."""

    def __init__(self, name: str, coordinator: str, entry: dict[str, Any]) -> None:
        self.name = name
        self.coordinator = coordinator
        self.answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.next_id = 0
        self.process = subprocess.Popen(
            [entry["command"], *entry.get("args", [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**{key: os.environ[key] for key in PASSED_ON if key in os.environ}, **entry.get("env", {})},
            cwd="/",
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                self.answers.put(json.loads(line))
            except ValueError:
                self.answers.put({"error": {"message": f"not JSON on stdout: {line[:80]!r}"}, "id": self.next_id})
        self.answers.put(None)

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer's result. Raises OSError with the server's words."""
        self.next_id += 1
        self._send({"id": self.next_id, "method": method, "params": params})
        end = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                answer = self.answers.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise OSError(f"{method}: no answer within {ANSWER_SECONDS:.0f} s") from None
            if answer is None:
                raise OSError("Server transport closed unexpectedly")
            if answer.get("id") == self.next_id:
                if "error" in answer:
                    raise OSError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]

    def open(self) -> dict[str, Any]:
        """Handshake and lists, as the app does at once; prompts and resources are asked for whether offered or not."""
        hello = self.ask(
            "initialize",
            {
                "protocolVersion": "2025-11-25",
                "capabilities": {"extensions": {"io.modelcontextprotocol/ui": {}}},
                "clientInfo": {"name": "claude-ai", "version": "0.1.0"},
            },
        )
        self._send({"method": "notifications/initialized"})
        tools = [tool["name"] for tool in self.ask("tools/list", {})["tools"]]
        for method in ("prompts/list", "resources/list"):
            with contextlib.suppress(OSError):
                self.ask(method, {})
        return {"server": hello["serverInfo"]["name"], "version": hello["protocolVersion"], "tools": tools}

    def close(self) -> None:
        """stdin's end, two seconds, TERM, two seconds, KILL: the order of the client's SDK."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        for ending in (lambda: None, self.process.terminate, self.process.kill):
            ending()
            try:
                self.process.wait(2)
                break
            except subprocess.TimeoutExpired:
                continue


class App:
    """The application: what it remembers, what it spawned, what it has done so far."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.memory: dict[str, Any] = {}
        self.servers: list[Server] = []
        self.guard = threading.RLock()
        self.ended = threading.Event()
        self.status: dict[str, Any] = {
            "pid": os.getpid(), "running": True, "ready": False, "launches": self._launches() + 1, "dialogs": [],
            "writes": 0, "servers": {}, "answers": [],
        }  # fmt: skip

    def _launches(self) -> int:
        try:
            with open(self.args.status, encoding="utf-8") as file:
                return int(json.load(file)["launches"])
        except (OSError, ValueError, KeyError):
            return 0

    def say(self, **facts: Any) -> None:
        with self.guard:
            self.status.update(facts)
            replace(self.args.status, json.dumps(self.status, indent=1))

    def load(self) -> None:
        """Once, at the start. What cannot be read is nothing, silently; what does not parse is nothing, with a dialog."""
        try:
            with open(self.args.config, "rb") as file:
                content = file.read()
        except OSError:
            return
        try:
            found = json.loads(content.decode("utf-8"))  # a byte-order mark is an error here, as in JSON.parse
            if not isinstance(found, dict) or not isinstance(found.get("mcpServers", {}), dict):
                raise TypeError("rejected by the schema")
        except (ValueError, TypeError) as error:
            self.say(dialogs=[*self.status["dialogs"], f"could not load: {error}"])
            return
        self.memory = found
        if self.args.forgets_servers:
            self.memory.pop("mcpServers", None)

    def write(self) -> None:
        """The whole of what is remembered over the file, without looking at it."""
        with self.guard:
            count = self.status["writes"] + 1
            self.memory.setdefault("preferences", {})["epitaxyPrefs"] = {"mirror": count}
            replace(self.args.config, json.dumps(self.memory, indent=2, ensure_ascii=False))
            self.say(writes=count)

    def spawn(self) -> None:
        """Every entry, once for each coordinator; an entry of another shape is skipped with a dialog."""
        for name, entry in self.memory.get("mcpServers", {}).items():
            if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
                words = f"Some MCP servers could not be loaded: {name} was skipped"
                self.say(dialogs=[*self.status["dialogs"], words])
                continue
            attempts = [self._spawned(name, coordinator, entry) for coordinator in COORDINATORS]
            facts = [self._opened(attempt) for attempt in attempts]
            self.say(servers={**self.status["servers"], name: facts})

    def _spawned(self, name: str, coordinator: str, entry: dict[str, Any]) -> Server | OSError:
        try:
            server = Server(name, coordinator, entry)
        except OSError as error:
            return error
        self.servers.append(server)
        return server

    def _opened(self, attempt: Server | OSError) -> dict[str, Any]:
        if isinstance(attempt, OSError):
            return {"ok": False, "error": str(attempt)}
        try:
            return {"ok": True, "instance": attempt.coordinator, "pid": attempt.process.pid, **attempt.open()}
        except OSError as error:
            return {"ok": False, "instance": attempt.coordinator, "error": str(error)}

    def obey(self) -> None:
        """Orders, until there are no more."""
        with open(self.args.orders, encoding="utf-8") if self.args.orders else sys.stdin as orders:
            for line in orders:
                order = json.loads(line)
                answer = self._done(order)
                self.say(answers=[*self.status["answers"], {**order, **answer}])
                if order["do"] == "quit":
                    self.ended.set()

    def _done(self, order: dict[str, Any]) -> dict[str, Any]:
        if order["do"] == "toggle":
            self.memory.setdefault("preferences", {})["menuBarEnabled"] = order.get("to", True)
            self.write()
        elif order["do"] == "remove":
            self.memory.get("mcpServers", {}).pop(order["server"], None)
            self.write()
        elif order["do"] == "call":
            server = next(each for each in self.servers if each.name == order["server"])
            try:
                result = server.ask("tools/call", {"name": order["tool"], "arguments": order.get("arguments", {})})
            except OSError as error:
                return {"error": str(error)}
            return {"result": result}
        return {}

    def run(self) -> None:
        self.load()
        self.say()
        if self.args.after_launch >= 0 and not self.ended.wait(self.args.after_launch):
            self.write()
        threading.Thread(target=self._tick, daemon=True).start()
        threading.Thread(target=self.obey, daemon=True).start()
        if not self.args.no_servers:
            self.spawn()
        self.say(ready=True)
        self.ended.wait()
        time.sleep(self.args.slow_quit)  # the real one ends its servers one after the other
        for server in self.servers:
            server.close()
        self.say(running=False)

    def _tick(self) -> None:
        while self.args.every and not self.ended.wait(self.args.every):
            self.write()


def replace(path: str, text: str) -> None:
    """A new file beside it, then a rename: a link at `path` is replaced by a plain file."""
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(temporary, path)


@contextlib.contextmanager
def single(config: str) -> Any:
    """Chromium's lock in the data folder; a second instance ends at once, a dead one's lock is taken over."""
    lock = os.path.join(os.path.dirname(os.path.abspath(config)), "SingletonLock")
    mine = f"{socket.gethostname()}-{os.getpid()}"
    with contextlib.suppress(OSError, ValueError):
        other = int(os.readlink(lock).rpartition("-")[2])
        os.kill(other, 0)
        sys.exit("another instance is running")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(lock)
    os.symlink(mine, lock)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if os.readlink(lock) == mine:
                os.unlink(lock)


def main() -> None:
    args = parse(sys.argv[1:])
    with single(args.config):
        app = App(args)
        signal.signal(signal.SIGTERM, lambda *_: None if args.never_quits else app.ended.set())
        app.run()


if __name__ == "__main__":
    main()
