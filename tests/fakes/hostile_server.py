"""A legacy server on stdio that misbehaves in one way, named by its first argument, once it has been greeted.

Standard library only. Tools: `do` (the misdeed) and `pid`. With `fine` it does nothing wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
TOOLS = [
    {"name": name, "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}} for name in ("do", "pid")
]


def answer(id_: Any, result: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": id_, "result": result}) + "\n")
    sys.stdout.flush()


def text(words: object) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": str(words)}]}


def misdeed(how: str, id_: Any) -> None:
    """Answers only where the misdeed leaves that to do."""
    out = sys.stdout.buffer
    if how == "garbage":
        for junk in (
            b"Server ready!\n",
            b"\x00\xff\xfe\n",
            b"{}\n",
            b'{"jsonrpc":"2.0","id":',
            b"\n",
            b"[[[[\n" * 1000,
        ):
            out.write(junk)
        out.flush()
    elif how == "line":
        for _ in range(1024):
            out.write(b"x" * 1_048_576)
        out.write(b"\n")
        out.flush()
    elif how == "stderr":
        for _ in range(6):
            os.write(2, b"e" * 1_048_576)
    elif how == "children":
        started = [subprocess.Popen(SLEEPER, start_new_session=bool(number % 2)).pid for number in range(10)]
        answer(id_, text(json.dumps(started)))
        return
    elif how == "flood":
        line = (
            b'{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"'
            + b"f" * 1000
            + b'"}}\n'
        )
        for _ in range(20_000):
            out.write(line)
        out.flush()
    elif how == "silence":
        time.sleep(600)
    elif how == "exit":
        os._exit(7)
    elif how == "half":
        os.write(1, b'{"jsonrpc":"2.0","id":%d,"result":{"cont' % id_)
        os._exit(0)
    answer(id_, text("done"))


def main() -> None:
    """Serve until stdin ends."""
    how = sys.argv[1]
    if how == "mute":
        time.sleep(600)
    for line in sys.stdin:
        message = json.loads(line)
        id_, method = message.get("id"), message.get("method")
        if id_ is None or method is None:
            continue
        if method == "initialize":
            facts = {"name": "hostile", "version": "1"}
            capabilities = {"tools": {}, "logging": {}}
            answer(id_, {"protocolVersion": "2025-11-25", "capabilities": capabilities, "serverInfo": facts})
        elif method == "tools/list":
            answer(id_, {"tools": TOOLS})
        elif method == "tools/call" and message["params"]["name"] == "pid":
            answer(id_, text(os.getpid()))
        elif method == "tools/call":
            misdeed(how, id_)
        else:
            answer(id_, {})


if __name__ == "__main__":
    main()
