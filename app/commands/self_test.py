"""`doorkeep self-test`: what a packaged build proves of itself, in a throw-away home: gateway, bridge, each server, the window.

One JSON line a check. It changes nothing of the user's and leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

BRIDGE_SECONDS = 30.0
WINDOW_SECONDS = 120.0

Check = tuple[str, "Callable[[], Any]"]


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Adds `self-test`."""
    subparsers.add_parser("self-test", help="prove that this build works; one JSON line a check")


def run(args: argparse.Namespace) -> int:  # noqa: ARG001 - the user's home is not looked at
    """0 only where every check passed, else 1."""
    from app.demo_ground import end_gateway

    root = os.path.realpath(tempfile.mkdtemp(prefix="doorkeep-self-test-"))
    home = os.path.join(root, "home")
    os.mkdir(home, 0o700)
    try:
        passed = [_say(finding) for finding in findings(home)]
    finally:
        end_gateway(home)
        shutil.rmtree(root, ignore_errors=True)
    return 0 if all(passed) else 1


def findings(home: str) -> Iterator[dict[str, Any]]:
    """`check`, `ok`, and `why` where it is not. A check that fails keeps none of the others from speaking."""
    from app.gateway.pins import builtin_folder

    servers = sorted(name[:-5] for name in os.listdir(builtin_folder()) if name.endswith(".json"))
    yield checked("guide", _check_guide)
    yield checked("gateway", lambda: _check_gateway(home))
    yield checked("bridge", lambda: _check_bridge(home, servers[0]))
    for name in servers:
        yield checked(f"server {name}", lambda name=name: _check_server(home, name))
    yield from window_findings(tray_program())


def checked(name: str, check: Callable[[], Any]) -> dict[str, Any]:
    """What came of one check."""
    try:
        check()
    except Exception as error:  # whatever is wrong with a build, it has to be said in the same form
        return {"check": name, "ok": False, "why": f"{type(error).__name__}: {error}"}
    return {"check": name, "ok": True}


def window_findings(program: list[str]) -> Iterator[dict[str, Any]]:
    """The desktop app proves itself in a process of its own: this one knows no Qt."""
    lines: list[dict[str, Any]] = []

    def look() -> None:
        ended = subprocess.run(
            [*program, "--self-test"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WINDOW_SECONDS,
            check=False,
        )
        lines.extend(json.loads(line) for line in ended.stdout.splitlines() if line.startswith(b"{"))
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        if not lines:
            raise RuntimeError(said[-1] if said else f"it ended with status {ended.returncode} and said nothing")
        if ended.returncode and all(line.get("ok") for line in lines):
            raise RuntimeError(f"it ended with status {ended.returncode}")

    found = checked("window", look)
    for line in lines:
        yield {**line, "check": f"window: {line.get('check')}"}
    if not found["ok"] or not lines:
        yield found


def tray_program() -> list[str]:
    """The desktop app of this installation."""
    if getattr(sys, "frozen", False):
        suffix = ".exe" if sys.platform == "win32" else ""
        return [os.path.join(os.path.dirname(sys.executable), f"doorkeep-tray{suffix}")]
    return [sys.executable, "-P", "-m", "app"]


def _check_guide() -> None:
    """Every page of the user's guide is there to be read."""
    from app.core import guide

    for name in guide.TOPICS:
        if not guide.article(name).text.strip():
            raise ValueError(f"{name}.md is empty")


def _check_gateway(home: str) -> None:
    from app.control.client import ensure_gateway

    with ensure_gateway(home) as control:
        state = control.call("status")["state"]
    if state != "running":
        raise RuntimeError(f"its state is {state}")


def _check_bridge(home: str, server: str) -> None:
    """As a client of 2025-11-25 would: the very program that its configuration names."""
    from app.clients.targets import bridge_path

    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "doorkeep-self-test", "version": "1"},
        },
    }
    with subprocess.Popen(
        [bridge_path(), "--home", home, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as bridge:
        answer = _first_line(bridge, json.dumps(hello).encode() + b"\n")
    found = json.loads(answer)
    if not found.get("result", {}).get("serverInfo", {}).get("name"):
        raise RuntimeError(f"it answered {answer[:300]!r}")


def _first_line(bridge: subprocess.Popen[bytes], line: bytes) -> bytes:
    """What it answers to one line. Raises TimeoutError; ends it in any case."""
    import threading

    late = threading.Timer(BRIDGE_SECONDS, bridge.kill)
    late.start()
    try:
        if bridge.stdin is None or bridge.stdout is None:
            raise RuntimeError("it has no streams")
        bridge.stdin.write(line)
        bridge.stdin.flush()
        answer = bridge.stdout.readline()
        bridge.stdin.close()
        if not answer:
            raise TimeoutError(f"it gave no answer within {BRIDGE_SECONDS:.0f} s")
        return answer
    finally:
        late.cancel()
        bridge.kill()


def _check_server(home: str, name: str) -> None:
    from app.control.client import ensure_gateway

    with ensure_gateway(home) as control:
        control.call("test_server", name=name)


def _say(finding: dict[str, Any]) -> bool:
    print(json.dumps(finding, ensure_ascii=False), flush=True)
    return bool(finding["ok"])
