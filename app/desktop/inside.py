"""How one of our own processes starts another of our modules: by the interpreter, or by the same program in a packaged build.

Only the modules named here are started that way: a packaged program must never be a way to run whatever is asked for.
"""

from __future__ import annotations

import sys

from app.bridge.programs import INSIDE, is_frozen

MODULES = (
    "app.gateway",
    "app.core.vault.child",
    "servers.filesystem",
    "servers.git",
    "servers.git.askpass",
    "servers.notes",
    "servers.remote",
)


def command(module: str, *arguments: str) -> list[str]:
    """The command line of one of MODULES. Raises ValueError for any other."""
    if module not in MODULES:
        raise ValueError(f"{module} is not started by itself")
    how = [INSIDE] if is_frozen() else ["-P", "-m"]
    return [sys.executable, *how, module, *arguments]


def run_if_asked() -> None:
    """In a packaged program, first of all: become the module that the command line names, and do not return. Else return."""
    if sys.argv[1:2] != [INSIDE]:
        return
    module = sys.argv[2] if len(sys.argv) > 2 else ""
    if module not in MODULES:
        sys.stderr.write(f"doorkeep: {module or 'nothing'} is not started by itself.\n")
        sys.exit(2)
    import runpy

    del sys.argv[1:3]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit(0)
