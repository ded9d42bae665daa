"""Each built-in server, started for a moment as the gateway would and asked for its tools. It is given no folder."""

from __future__ import annotations

import selectors
import subprocess
import time
from collections.abc import Iterator

import msgspec

from app.commands.checks.finding import Finding
from app.gateway.pins import Pins, Tool
from app.gateway.programs import program_of
from servers.runtime import wire

SECONDS = 10.0


class _Tool(msgspec.Struct):
    name: str


class _Tools(msgspec.Struct):
    tools: list[_Tool]


def check_servers(home: str) -> Iterator[Finding]:
    """One finding for each server that ships."""
    pins = Pins(home)
    names = pins.builtin_names()
    if not names:
        yield Finding("servers", "problem", "No built-in server is installed.", "Install Doorkeep again.")
    for name in names:
        pin = pins.get(name)
        try:
            started = time.perf_counter()
            offered = ask_for_tools(home, name)
            took = (time.perf_counter() - started) * 1000
        except (OSError, subprocess.SubprocessError, msgspec.MsgspecError, TimeoutError) as error:
            yield Finding("servers", "problem", f"Server {name} does not start: {error}", "Install Doorkeep again.")
            continue
        expected = {tool for tool, known in pin.tools.items() if _always_there(known)} if pin else set[str]()
        if offered != expected:
            words = f"Server {name} offers other tools than the release lists: {', '.join(sorted(offered ^ expected))}."
            yield Finding("servers", "problem", words, "Install Doorkeep again.")
        else:
            yield Finding("servers", "ok", f"{name} starts and offers its {len(offered)} tools ({took:.0f} ms).")


def _always_there(tool: Tool) -> bool:
    """The process that is asked has no folder, so what waits for a switch of one is not offered."""
    return tool.facts is None or not tool.facts.switch


def ask_for_tools(home: str, server: str) -> set[str]:
    """The names that a fresh process of the server lists. Raises OSError, TimeoutError, msgspec.MsgspecError."""
    program = program_of(home, server)
    cwd = home if _is_folder(home) else None
    pipe = subprocess.PIPE
    with subprocess.Popen(program.argv, stdin=pipe, stdout=pipe, stderr=pipe, env=program.env, cwd=cwd) as process:
        try:
            meta = {
                wire.META_VERSION: wire.MODERN,
                wire.META_CAPABILITIES: {},
                wire.META_CLIENT: {"name": "doctor", "version": "1"},
            }
            assert process.stdin is not None  # noqa: S101 - asked for above
            process.stdin.write(wire.request_line(1, "tools/list", msgspec.json.encode({"_meta": meta})))
            process.stdin.flush()
            answer = wire.decode(_line(process))
            return {tool.name for tool in msgspec.json.decode(answer.result, type=_Tools).tools}
        finally:
            process.kill()


def _line(process: subprocess.Popen[bytes]) -> bytes:
    """The first line it says, within SECONDS. Raises TimeoutError, or OSError with its last words where it ended."""
    import os

    assert process.stdout is not None  # noqa: S101 - asked for by the caller
    assert process.stderr is not None  # noqa: S101
    found = b""
    end = time.monotonic() + SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while b"\n" not in found:
            if not selector.select(max(0.0, end - time.monotonic())):
                raise TimeoutError(f"it said nothing for {SECONDS:.0f} s.")
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk:
                words = process.stderr.read(10_000).decode("utf-8", "replace").strip().splitlines()
                raise OSError(words[-1] if words else f"it ended with status {process.wait(SECONDS)}.")
            found += chunk
    return found.partition(b"\n")[0]


def _is_folder(path: str) -> bool:
    import os

    return os.path.isdir(path)
