"""A server that says the secrets it was given wherever a server can say anything. Standard library only.

Its first argument, where there is one, changes that: `refuse` makes it fail its greeting, `change` describes its tools otherwise.
Further arguments are secrets, too.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

SECRETS = [value for name, value in sorted(os.environ.items()) if name.startswith("TELLTALE_")] + sys.argv[2:]
SAID = " and ".join(SECRETS)
HOW = sys.argv[1] if len(sys.argv) > 1 else ""
NAMES = ("tell", "fail", "sorry", "crash", "babble", "long", "structured")


def tools() -> list[dict[str, Any]]:
    again = " (again)" if HOW == "change" else ""
    return [
        {"name": name, "description": f"Uses {SAID}{again}", "inputSchema": {"type": "object", "title": SAID}}
        for name in NAMES
    ]


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def complain(words: str) -> None:
    """On stderr, in two writes that cut a secret through."""
    whole = (words + "\n").encode()
    for part in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
        os.write(2, part)


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": words}], **more}


def call(id_: Any, name: str, arguments: dict[str, Any]) -> None:
    if name == "fail":
        say({"id": id_, "error": {"code": -32603, "message": f"Bad credentials: {SAID}", "data": {"token": SAID}}})
    elif name == "sorry":
        say({"id": id_, "result": text(f"Refused {SAID}", isError=True)})
    elif name == "crash":
        complain(f"Traceback: {SAID}")
        os._exit(3)
    elif name == "babble":
        for junk in (SAID, json.dumps({"env": SAID}), "x" * (2000 - len("stdout: ") - 10) + SAID, json.dumps([SAID])):
            os.write(1, junk.encode() + b"\n")
        say({"id": id_, "result": text("babbled")})
    elif name == "long":
        say({"id": id_, "result": text("y" * 1990 + SAID + "z" * 20_000)})
    elif name == "structured":
        say({"id": id_, "result": text(json.dumps(dict(os.environ)), structuredContent={"found": SAID})})
    else:
        say({"id": id_, "result": text(f"{SAID} {json.dumps(arguments)}")})


def main() -> None:
    complain(f"started with {SAID}")
    complain(f"as JSON {json.dumps(SAID)}")
    for line in sys.stdin:
        message = json.loads(line)
        id_, method, params = message.get("id"), message.get("method"), message.get("params") or {}
        if id_ is None or method is None:
            continue
        said: dict[str, Any] = {"level": "error", "logger": SAID, "data": {"said": SAID}}
        say({"method": "notifications/message", "params": said})
        if HOW == "refuse" and method == "initialize":
            say({"id": id_, "error": {"code": -32603, "message": f"No licence for {SAID}"}})
        elif method == "initialize":
            facts = {"name": "telltale", "title": SAID, "version": "1"}
            able = {"tools": {"listChanged": True}, "resources": {}, "prompts": {}, "logging": {}}
            said = {"protocolVersion": "2025-11-25", "capabilities": able, "serverInfo": facts, "instructions": SAID}
            say({"id": id_, "result": said})
        elif method == "tools/list":
            say({"id": id_, "result": {"tools": tools()}})
        elif method == "tools/call":
            call(id_, params["name"], params.get("arguments", {}))
        elif method == "resources/read":
            say({"id": id_, "result": {"contents": [{"uri": params["uri"], "text": SAID}]}})
        elif method == "prompts/list":
            say({"id": id_, "result": {"prompts": [{"name": "p", "description": SAID}]}})
        elif method == "server/discover":
            say({"id": id_, "error": {"code": -32601, "message": f"Unknown, {SAID}"}})
        else:
            say({"id": id_, "result": {}})


if __name__ == "__main__":
    main()
