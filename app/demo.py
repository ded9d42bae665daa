"""`doorkeep demo`: the main job from end to end, on a throw-away home, by a real MCP client. Exit status 0 only if all of it held.

The client is the official SDK's; it knows of Doorkeep only what stands in the client's configuration.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from app.core.errors import DoorkeepError
from app.core.folders import shown

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine

    from mcp import Client

    from app.demo_ground import Ground, LiveLog

SERVER = "filesystem"
WRITTEN_SECONDS = 5.0
"""How long the gateway may take to carry its last events into the log that others read."""


class UnexpectedError(DoorkeepError):
    """A step of the demo did not do what it should."""


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Adds `demo [PATH]`."""
    parser = subparsers.add_parser("demo", help="the main job from end to end, on a throw-away home")
    parser.add_argument("path", nargs="?", metavar="PATH", help="a folder of yours, read only (else a sample folder)")


def run(args: argparse.Namespace) -> int:
    """0 only if every step did what it should."""
    if args.path is not None and not os.path.isdir(args.path):
        raise DoorkeepError(f"{args.path} is not a folder.", "The demo reads a folder that exists.", "Check the path.")
    from app.demo_ground import Ground

    # the event loop knows how to leave at SIGINT; raised in the middle of it, an exception would end up anywhere
    signal.signal(signal.SIGTERM, lambda _signum, _frame: signal.raise_signal(signal.SIGINT))
    screen = Screen()
    ground = Ground(args.path)
    screen.root = os.path.dirname(ground.folder)
    try:
        Story(ground, screen).tell()
    except KeyboardInterrupt:
        screen.line()
        screen.line("Interrupted. Everything the demo made is removed.")
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it behind
        ground.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return 0


class Screen:
    """Prints; colour only on a terminal that wants it (no-color.org)."""

    def __init__(self) -> None:
        self.root = ""
        self._colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def line(self, words: str = "") -> None:
        print(words, flush=True)

    def paint(self, words: str, code: str) -> str:
        return f"\x1b[{code}m{words}\x1b[0m" if self._colour else words

    def title(self, words: str) -> None:
        self.line()
        self.line(self.paint(words, "1"))

    def fact(self, name: str, value: str) -> None:
        self.line(f"  {self.paint(name.ljust(10), '2')} {value}")

    def done(self, words: str) -> None:
        self.line(f"  {self.paint('✓', '32')} {words}")

    def quote(self, text: str, most: int = 6, width: int = 100) -> None:
        """The first lines of a text, wrapped only where it is longer than any screen is wide."""
        import textwrap

        lines = [
            part
            for line in text.strip().splitlines()
            for part in (textwrap.wrap(line, width) if len(line) > 140 else [line])
        ]
        for one in lines[:most]:
            self.line(self.paint(f"      {one}", "2"))
        if len(lines) > most:
            self.line(self.paint(f"      … {len(lines) - most} more lines", "2"))

    def record(self, record: dict[str, Any]) -> None:
        """One line of the live log."""
        failed = record["outcome"] != "ok"
        chip = self.paint(
            (record["outcome"] if failed else record["decision"] or "?").ljust(7), "31" if failed else "32"
        )
        what = ", ".join(self.short(path) for path in record["paths"][:2])
        took = f"{record['duration_ms']:.1f} ms" if record["duration_ms"] is not None else ""
        clock = record["at"][11:23]
        self.line(
            f"    {self.paint('log', '36')} {clock}  {chip} {record['tool']:<15} {what:<26} {self.paint(took, '2')}"
        )

    def short(self, path: str) -> str:
        """A path as seen from beside the granted folder, else with the account's home as `~`."""
        return path[len(self.root) + 1 :] if path.startswith(self.root + os.sep) else shown(path)


class Story:
    """The steps, in order. Each raises UnexpectedError where Doorkeep did not do what it should."""

    def __init__(self, ground: Ground, screen: Screen) -> None:
        self.ground = ground
        self.screen = screen
        self.calls = 0
        self.log: LiveLog | None = None

    def tell(self) -> None:
        """Runs the whole demo."""
        from app.demo_ground import LiveLog

        ground, screen = self.ground, self.screen
        screen.title("Doorkeep: a door between AI apps and your files")
        screen.fact("home", f"{ground.home}  (thrown away at the end)")
        screen.fact("folder", f"{shown(ground.folder)}  ({'read and write' if ground.sample else 'read only'})")
        entry = self._connect()
        screen.fact("client's", ground.config)
        screen.quote(
            f'"{SERVER}": {{\n  "command": {json.dumps(entry["command"])},\n  "args": {json.dumps(entry["args"])}\n}}'
        )

        async def chapters() -> None:
            screen.title("A client of today starts that very command (MCP 2026-07-28)")
            started = time.perf_counter()
            async with self._client(entry, "auto") as client:
                self._greeted(client, await client.list_tools(), started, "2026-07-28")
                self.log = LiveLog(ground.home)
                await (self._sample(client) if ground.sample else self._own(client))
            screen.title("A client of yesterday does the same (MCP 2025-11-25)")
            started = time.perf_counter()
            async with self._client(entry, "legacy") as client:
                self._greeted(client, await client.list_tools(), started, "2025-11-25")
                await self._list(client)

        _run_quietly(chapters)
        self._verify()
        screen.title("Where to look next")
        screen.line("  doorkeep folders add ~/Documents --access ask     grant a folder of yours")
        screen.line("  doorkeep clients connect claude-desktop           let Claude Desktop in")
        screen.line("  doorkeep log --follow                             watch every call")
        screen.line("  doorkeep doctor                                   check that everything is in order")
        screen.line()

    def _connect(self) -> dict[str, Any]:
        """Writes the throw-away client configuration as `doorkeep clients connect` does, and reads back what stands there."""
        from app.clients.connect import Wish, carry_out
        from app.clients.targets import find_client, find_target, this_installation
        from app.desktop.apps import this_desktop

        target = find_target(find_client("claude-desktop"), self.ground.config)
        carry_out(target, this_installation(self.ground.home), Wish("connect", (SERVER,)), this_desktop())
        with open(self.ground.config, encoding="utf-8") as file:
            return json.load(file)["mcpServers"][SERVER]

    def _client(self, entry: dict[str, Any], mode: Any) -> Client:
        from mcp import Client, StdioServerParameters
        from mcp.types import Implementation

        parameters = StdioServerParameters(command=entry["command"], args=entry["args"], env=entry.get("env"))
        name = Implementation(name="Doorkeep demo", version="1")
        return Client(parameters, mode=mode, client_info=name, read_timeout_seconds=30)

    def _greeted(self, client: Client, listed: Any, started: float, version: str) -> None:
        took = (time.perf_counter() - started) * 1000
        self._expect(client.protocol_version == version, f"the client and Doorkeep speak {client.protocol_version}")
        names = {tool.name for tool in listed.tools}
        self._expect(
            {"list_directory", "read_file", "search_files", "write_file", "edit_file", "undo"} <= names,
            f"the tools are {names}",
        )
        self.screen.done(f"{len(names)} tools offered, {took:.0f} ms after the command was started")

    async def _sample(self, client: Client) -> None:
        """The sample folder: everything, changes too."""
        ground, screen = self.ground, self.screen
        await self._list(client)
        text = await self._call(client, "read_file", path=ground.path("report.md"))
        self._expect("lighthouse invoice" in text, f"reading report.md gave {text[:200]!r}")
        screen.done("it read report.md")
        screen.quote(ground.read("report.md"))
        text = await self._call(client, "search_files", query="lighthouse", path=ground.folder)
        self._expect("ideas.txt" in text and "report.md" in text, f"searching gave {text[:200]!r}")
        screen.done("it searched for “lighthouse” and found it in 2 files")
        await self._refused_outside(client)
        await self._changes(client)

    async def _refused_outside(self, client: Client) -> None:
        ground = self.ground
        words = await self._refused(client, "read_file", path=ground.outside)
        self.screen.done("a file outside the folder was refused, in words the model can act on")
        self.screen.quote(words, 3)
        if os.path.islink(ground.path("shortcut.txt")):
            await self._refused(client, "read_file", path=ground.path("shortcut.txt"))
            self.screen.done("so was a link inside the folder that leads out of it")

    async def _changes(self, client: Client) -> None:
        ground, screen = self.ground, self.screen
        await self._call(client, "write_file", path=ground.path("summary.md"), content="# Summary\n\nAll is well.\n")
        self._expect(ground.read("summary.md") == "# Summary\n\nAll is well.\n", "summary.md was not written as asked")
        screen.done("it wrote summary.md")
        edits = [{"old": "12 %", "new": "21 %"}]
        await self._call(client, "edit_file", path=ground.path("report.md"), edits=edits)
        self._expect("21 %" in ground.read("report.md"), "report.md was not edited as asked")
        screen.done("it edited report.md: 12 % became 21 %")
        change = self.record.get("change_id")
        self._expect(bool(change), "the log names no change that can be taken back")
        await self._call(client, "undo", change_id=change)
        from app.demo_ground import REPORT

        self._expect(ground.read("report.md") == REPORT, "undo did not bring report.md back")
        screen.done(f"undo took that change back ({change}): 12 % again, byte for byte")

    async def _own(self, client: Client) -> None:
        """A folder of the user's: looked at, never changed."""
        ground, screen = self.ground, self.screen
        await self._list(client)
        found = _some_text_file(ground.folder)
        if found is None:
            screen.line("    (no text file lies directly in this folder, so there is nothing to read and search)")
        else:
            name, word = found
            text = await self._call(client, "read_file", path=ground.path(name))
            self._expect(word in text, f"reading {name} gave {text[:200]!r}")
            screen.done(f"it read {name}")
            text = await self._call(client, "search_files", query=word, path=ground.folder)
            self._expect(bool(text), "searching gave nothing")
            screen.done(f"it searched the folder for “{word}”")
        await self._refused_outside(client)
        new = ground.path(f"doorkeep-demo-{os.getpid()}.txt")
        words = await self._refused(client, "write_file", path=new, content="never")
        self._expect(not os.path.lexists(new), f"{new} was written although the folder is read only")
        screen.done("a write was refused: the folder is read only")
        screen.quote(words, 3)

    async def _list(self, client: Client) -> None:
        text = await self._call(client, "list_directory", path=self.ground.folder)
        entries = sorted(os.listdir(self.ground.folder))
        missing = [name for name in entries if self.ground.sample and name not in text]
        self._expect(not missing, f"the list lacks {missing}")
        self.screen.done(
            f"it listed {os.path.basename(self.ground.folder)} ({', '.join(entries[:5])}{', …' if len(entries) > 5 else ''})"
        )

    async def _call(self, client: Client, tool: str, **arguments: Any) -> str:
        failed, text = await self._asked(client, tool, arguments)
        self._expect(not failed, f"{tool} failed: {text}")
        self._expect(self.record["outcome"] == "ok", f"the log says {self.record['outcome']} of {tool}")
        return text

    async def _refused(self, client: Client, tool: str, **arguments: Any) -> str:
        failed, text = await self._asked(client, tool, arguments)
        self._expect(failed, f"{tool} should have been refused and gave {text[:200]!r}")
        self._expect(self.record["outcome"] in ("denied", "error"), f"the log says {self.record['outcome']} of {tool}")
        return text

    async def _asked(self, client: Client, tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
        from anyio import to_thread

        result = await client.call_tool(tool, arguments)
        assert self.log is not None  # noqa: S101 - followed since the handshake
        self.record = await to_thread.run_sync(self.log.next)
        self._expect(self.record["tool"] == tool, f"the log tells of {self.record['tool']}, not of {tool}")
        self.calls += 1
        self.screen.record(self.record)
        text = "".join(block.text for block in result.content if block.type == "text")
        return bool(result.is_error), text

    def _verify(self) -> None:
        from app.core.journal.verify import verify

        self.screen.title("Every call is in the log, and the log proves that nobody changed it")
        end = time.monotonic() + WRITTEN_SECONDS
        while (report := verify(self.ground.home)).calls < self.calls and time.monotonic() < end:
            time.sleep(0.02)
        self._expect(report.whole, "; ".join(finding.words for finding in report.findings))
        self._expect(report.calls == self.calls, f"the log holds {report.calls} calls, not {self.calls}")
        self.screen.done(f"{report.calls} calls, {report.events} events, chain unbroken")

    def _expect(self, held: bool, words: str) -> None:
        if not held:
            raise UnexpectedError(f"The demo failed: {words}.", "", "Run `doorkeep doctor`, and please report this.")


def _run_quietly(chapters: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs them; what the SDK raises, in groups within groups, becomes one line."""
    import logging

    import anyio
    from mcp.shared.exceptions import MCPError

    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    try:
        anyio.run(chapters)
    except (BaseExceptionGroup, MCPError, TimeoutError, OSError) as error:
        first: BaseException = error
        while isinstance(first, BaseExceptionGroup) and first.exceptions:
            first = first.exceptions[0]
        if isinstance(first, DoorkeepError | KeyboardInterrupt):
            raise first from None
        raise UnexpectedError(
            f"The demo failed: {first}.", "", "Run `doorkeep doctor`, and please report this."
        ) from None


def _some_text_file(folder: str) -> tuple[str, str] | None:
    """(name, a word of it) of the first small text file directly in `folder`."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not os.path.isfile(path) or os.path.islink(path) or name.startswith(".") or os.path.getsize(path) > 100_000:
            continue
        try:
            with open(path, encoding="utf-8") as file:
                words = [
                    word for word in file.read(4000).split() if word.isalpha() and word.isascii() and len(word) > 4
                ]
        except (OSError, UnicodeDecodeError):
            continue
        if words:
            return name, words[0]
    return None
