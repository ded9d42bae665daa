"""A legacy server on stdio that says of itself what a file says: `{"tools": […], "instructions": …}`, read anew for each list.

Standard library only. Calls answer the tool's name. Beside the file NAME it appends to NAME.log what it was asked.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Serve until stdin ends."""
    path = sys.argv[1]

    def said() -> dict[str, Any]:
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    for line in sys.stdin:
        message = json.loads(line)
        method = message.get("method")
        with open(path + ".log", "a", encoding="utf-8") as log:
            log.write(f"{method}\n")
        if "id" not in message or method is None:
            continue
        result: dict[str, Any] = {}
        if method == "initialize":
            result = {
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": {"tools": {"listChanged": True}},
                "serverInfo": {"name": "fickle", "title": "Fickle", "version": "1"},
                "instructions": said().get("instructions", ""),
            }
        elif method == "tools/list":
            result = {"tools": said()["tools"]}
        elif method == "tools/call":
            result = {"content": [{"type": "text", "text": message["params"]["name"]}]}
        else:
            error = {"code": -32601, "message": "unknown"}
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": error}), flush=True)
            continue
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
        if method == "tools/call" and message["params"]["name"] == "change":
            print('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}', flush=True)


if __name__ == "__main__":
    main()
