"""The bare pump: a bridge and a gateway that copy bytes and decide nothing. What the door costs is measured against it.

`python pump.py bridge SOCKET` copies stdio to a socket; `python pump.py gateway SOCKET COMMAND…` serves one such client.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys


def copy(pairs: list[tuple[int, int]]) -> None:
    """Copies each source to its sink until one source ends."""
    poll = select.poll()
    sinks = dict(pairs)
    for source in sinks:
        poll.register(source, select.POLLIN)
    while True:
        for source, _ in poll.poll():
            chunk = os.read(source, 1 << 18)
            if not chunk:
                return
            view = memoryview(chunk)
            while view:
                view = view[os.write(sinks[source], view) :]


def bridge(path: str) -> None:
    """Client side: stdio to the socket."""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(path)
        copy([(0, door.fileno()), (door.fileno(), 1)])


def gateway(path: str, command: list[str]) -> None:
    """Server side: one client at a time, each with a server of its own."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            client, _ = listener.accept()
            with client, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as server:
                assert server.stdin is not None
                assert server.stdout is not None
                copy([(client.fileno(), server.stdin.fileno()), (server.stdout.fileno(), client.fileno())])
                server.stdin.close()


if __name__ == "__main__":
    if sys.argv[1] == "bridge":
        bridge(sys.argv[2])
    else:
        gateway(sys.argv[2], sys.argv[3:])
