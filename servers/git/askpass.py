"""What git runs when another computer asks who it is: it asks the git server that started git, over a descriptor that both hold.

A credential helper (gitcredentials(7)), since git tells those protocol and host, and other helpers a sentence only. Standard
library alone; a token is passed on to git's pipe and is nowhere else: not in arguments, not in the environment, not in a file.
"""

from __future__ import annotations

import os
import sys

END = b"\n\n"
"""Ends a question and an answer."""
MOST = 64 * 1024
"""Bytes of either."""


def main(arguments: list[str]) -> int:
    """`DESCRIPTOR get`: ask for what git wants to know and say the answer. `store` and `erase` are nobody's business here."""
    if len(arguments) != 2 or not arguments[0].isdecimal():
        sys.stderr.write("git runs this to ask Doorkeep for a token; it does nothing by itself.\n")
        return 2
    if arguments[1] != "get":
        return 0
    door = int(arguments[0])
    try:
        wanted = sys.stdin.buffer.read(MOST).strip(b"\n")
        os.write(door, wanted + END)
        sys.stdout.buffer.write(_answer(door))
        sys.stdout.buffer.flush()
    except OSError:
        return 1  # the server has gone: git says that it knows nobody to ask
    return 0


def _answer(door: int) -> bytes:
    found = b""
    while not found.endswith(END) and len(found) < MOST:
        piece = os.read(door, MOST)
        if not piece:
            return b""
        found += piece
    return found.strip(b"\n") + b"\n" if found.strip(b"\n") else b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
