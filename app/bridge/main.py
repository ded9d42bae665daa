"""`doorkeep-bridge SERVER`: what a client's configuration names. It copies lines between the client and the gateway.

Standard library only, since every millisecond and megabyte here is paid two or three times per server. It writes no file,
and everything is imported before the first read: an upgrade may replace the files under a running bridge.
"""

from __future__ import annotations

import os
import sys

from app.bridge.home import find_home

USAGE = "usage: doorkeep-bridge [--home PATH] SERVER"
NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def read_arguments(arguments: list[str]) -> tuple[str, str] | str:
    """(home, server), or the words for a usage error. `argparse` costs more than the rest of the start."""
    home: str | None = None
    server = ""
    rest = iter(arguments)
    for word in rest:
        if word == "--home":
            home = next(rest, "")
            if not home:
                return "--home needs a path"
        elif word.startswith("--home="):
            home = word[len("--home=") :]
        elif word.startswith("-") or server:
            return f"unexpected argument: {word}"
        else:
            server = word
    if not 0 < len(server) <= 30 or not NAME.issuperset(server):
        return "SERVER is a name of at most 30 letters a-z, digits and hyphens, as `doorkeep servers list` shows it"
    return find_home(home), server


def main() -> int:
    """Runs the bridge; 0 when the client is done, 2 for a usage error. Never returns on success: teardown would cost 3 ms."""
    if sys.argv[1:] in (["--help"], ["-h"]):
        sys.stderr.write(
            f"{USAGE}\nSpeaks MCP on stdin and stdout through Doorkeep's gateway. Clients start it; people need not.\n"
        )
        return 0
    found = read_arguments(sys.argv[1:])
    if isinstance(found, str):
        sys.stderr.write(f"doorkeep-bridge: {found}\n{USAGE}\n")
        return 2
    if sys.platform == "win32":
        from app.bridge.windows import Pump
    else:
        from app.bridge.posix import Pump
    try:
        status = Pump(*found).run()
    except KeyboardInterrupt:
        status = 130
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
