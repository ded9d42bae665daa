"""A server that does what each request names; for tests of whoever supervises it. Standard library only.

`echo` answers its params, `pid` the process id, `crash` exits 3, `hang` never answers, `env`, `fill` answers so many bytes,
`grandchild` starts a sleeper (`same` group or `apart`), `daemon` one whose parent has ended,
`dial` has a double-forked grandchild connect to a socket path.
`tools/call` does the same by the tool's name and answers as MCP's revision 2026-07-28 wants it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

TOOLS = ("echo", "pid", "crash", "hang", "fill", "grandchild", "daemon", "dial", "policies", "env", "complain")
LIST = [{"name": name, "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}} for name in TOOLS]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def dial(path: str, hello: str) -> str:
    """What the gateway answers to a grandchild whose parent is gone and that left the session."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        while os.getppid() == os.getpgrp():
            time.sleep(0.001)
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(path)
            door.sendall(hello.encode() + b"\n")
            os.write(writer, door.recv(65536))
        os._exit(0)
    os.close(writer)
    os.wait()
    with os.fdopen(reader, "rb") as answer:
        return answer.read().decode()


def daemon() -> int:
    """A sleeper in a session of its own whose parent has ended."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        found = subprocess.Popen(SLEEPER).pid
        os.write(writer, str(found).encode())
        os._exit(0)
    os.close(writer)
    os.wait()
    with os.fdopen(reader, "rb") as told:
        return int(told.read())


def answer(method: str, params: dict[str, object], policies: list[object]) -> object:
    """The result of one request."""
    if method == "server/discover":
        return {"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}
    if method == "tools/list":
        return {"resultType": "complete", "tools": LIST, "ttlMs": 0, "cacheScope": "private"}
    if method == "echo":
        return params
    if method == "pid":
        return os.getpid()
    if method == "policies":
        return policies
    if method == "env":
        return dict(os.environ)
    if method == "fill":
        return "x" * int(str(params["bytes"]))
    if method == "complain":
        return sys.stderr.write("e" * int(str(params["bytes"])))
    if method == "grandchild":
        return subprocess.Popen(SLEEPER, start_new_session=bool(params["apart"])).pid
    if method == "daemon":
        return daemon()
    if method == "dial":
        return dial(str(params["path"]), str(params["hello"]))
    raise ValueError(method)


def main() -> None:
    """Serve until stdin ends; with `--deaf`, not even then; with `--stubborn`, nor at a polite signal."""
    if "--stubborn" in sys.argv:
        for signum in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
    sys.stderr.write("plain server speaks\n")
    sys.stderr.flush()
    policies: list[object] = []
    for line in sys.stdin:
        message = json.loads(line)
        method, params = message["method"], message.get("params", {})
        tool = method == "tools/call"
        if tool:
            method, params = params["name"], params.get("arguments", {})
        if method == "doorkeep/policy":
            policies.append(params)
        elif method == "crash":
            os._exit(3)
        elif method != "hang" and "id" in message:
            try:
                result = json.dumps(answer(method, params, policies))
            except ValueError:
                error = '{"code":-32601,"message":"Unknown method"}'
                sys.stdout.write(f'{{"jsonrpc":"2.0","id":{json.dumps(message["id"])},"error":{error}}}\n')
                sys.stdout.flush()
                continue
            if tool:
                text = json.dumps([{"type": "text", "text": result}])
                result = f'{{"resultType":"complete","content":{text}}}'
            sys.stdout.write(f'{{"jsonrpc":"2.0","id":{json.dumps(message["id"])},"result":{result}}}\n')
            sys.stdout.flush()
    while "--deaf" in sys.argv:
        time.sleep(1)


if __name__ == "__main__":
    main()
